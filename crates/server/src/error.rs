//! What can go wrong in the shell, and how each of these looks from outside.

use std::sync::Arc;

use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use domain::requests as machine;

use crate::files::{Failure, Refused, RefusedPhoto};
use crate::web::words::{Phrase, Sentence};

/// Any failure of a request or a job.
#[derive(Clone, Debug, thiserror::Error)]
pub enum Error {
    #[error("nobody is signed in")]
    SignedOut,
    #[error("this phone and this password do not belong together")]
    WrongPassword,
    #[error("there is nothing here")]
    NotFound,
    #[error("this is for others to do")]
    Forbidden,
    #[error("{} fields make no sense", .0.len())]
    Invalid(Vec<Field>),
    #[error("the key was used for something else")]
    KeyUsed,
    #[error("the form is too old or came from elsewhere")]
    Forged,
    #[error("too many tries")]
    TooMany { seconds: u64 },
    #[error("the body is too large")]
    TooLarge,
    #[error("the body is of another kind")]
    WrongKind,
    #[error("this address takes something else")]
    WrongMethod,
    #[error("the body cannot be read")]
    Unreadable,
    #[error("this cannot be done: {}", .0.en)]
    Refused(Sentence),
    #[error(transparent)]
    Request(#[from] Box<OutOfTurn>),
    #[error(transparent)]
    Records(#[from] db::Error),
    #[error("the page could not be drawn: {0}")]
    Page(Arc<askama::Error>),
    #[error("{0}")]
    Files(String),
    #[error("there is no room for files")]
    NoRoom,
    #[error("a photo is not taken: {0}")]
    Photo(RefusedPhoto),
}

/// A field that makes no sense, and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Field {
    /// As it is called in the form and in JSON.
    pub name: &'static str,
    pub reason: Sentence,
}

/// A command that the machine of requests refuses, in words that name people.
#[derive(Clone, Debug, thiserror::Error)]
#[error("{refusal}")]
pub struct OutOfTurn {
    pub refusal: machine::Refusal,
    /// What the refusal means to its reader.
    pub sentence: Sentence,
    /// What the reader may do now, by the nouns of the interface.
    pub choices: Vec<&'static str>,
}

impl Error {
    /// One field that makes no sense.
    pub fn field(name: &'static str, reason: impl Into<Sentence>) -> Self {
        Error::Invalid(vec![Field { name, reason: reason.into() }])
    }

    /// The status of the answer.
    #[must_use]
    pub fn status(&self) -> StatusCode {
        use db::Error as D;
        match self {
            Error::SignedOut | Error::WrongPassword => StatusCode::UNAUTHORIZED,
            Error::NotFound => StatusCode::NOT_FOUND,
            Error::Forbidden | Error::Forged => StatusCode::FORBIDDEN,
            Error::Invalid(_) | Error::KeyUsed => StatusCode::UNPROCESSABLE_ENTITY,
            Error::TooMany { .. } => StatusCode::TOO_MANY_REQUESTS,
            Error::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            Error::WrongKind => StatusCode::UNSUPPORTED_MEDIA_TYPE,
            Error::WrongMethod => StatusCode::METHOD_NOT_ALLOWED,
            Error::Unreadable => StatusCode::BAD_REQUEST,
            Error::Refused(_) | Error::Records(D::Stale) => StatusCode::CONFLICT,
            Error::Request(refused) => refusal_status(&refused.refusal),
            Error::NoRoom => StatusCode::SERVICE_UNAVAILABLE,
            Error::Photo(refused) => match refused.why {
                Refused::TooLarge | Refused::Bomb => StatusCode::PAYLOAD_TOO_LARGE,
                Refused::Heic | Refused::NotAPicture => StatusCode::UNSUPPORTED_MEDIA_TYPE,
                Refused::Damaged | Refused::TooMany => StatusCode::UNPROCESSABLE_ENTITY,
            },
            Error::Records(error) if is_for_later(error) => StatusCode::SERVICE_UNAVAILABLE,
            Error::Records(_) | Error::Page(_) | Error::Files(_) => {
                StatusCode::INTERNAL_SERVER_ERROR
            }
        }
    }

    /// A name of this error for programs.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Error::SignedOut => "signed_out",
            Error::WrongPassword => "wrong_password",
            Error::NotFound => "not_found",
            Error::Forbidden => "forbidden",
            Error::Forged => "forged",
            Error::Invalid(_) => "invalid",
            Error::KeyUsed => "key_used",
            Error::TooMany { .. } => "too_many_tries",
            Error::TooLarge => "too_large",
            Error::WrongKind => "wrong_kind",
            Error::WrongMethod => "wrong_method",
            Error::Unreadable => "unreadable",
            Error::Refused(_) => "refused",
            Error::Request(refused) => refusal_code(&refused.refusal),
            Error::NoRoom => "no_room",
            Error::Photo(refused) => refused.why.name(),
            Error::Records(db::Error::Stale) => "someone_was_first",
            Error::Records(db::Error::Full) => "disk_full",
            Error::Records(error) if is_for_later(error) => "busy",
            Error::Records(_) | Error::Page(_) | Error::Files(_) => "failure",
        }
    }

    /// A sentence that the reader can act on. Our own failures are one plain sentence.
    #[must_use]
    pub fn sentence(&self) -> Sentence {
        match self {
            Error::Refused(sentence) => sentence.clone(),
            Error::Request(refused) => refused.sentence.clone(),
            Error::Photo(RefusedPhoto { why: Refused::TooMany, .. }) => {
                let (zh, en) = Refused::TooMany.phrase();
                Sentence::new(zh, en)
            }
            Error::Photo(RefusedPhoto { index, why }) => {
                let ((zh, en), number) = (why.phrase(), index + 1);
                Sentence::new(format!("第 {number} 张照片：{zh}"), format!("Photo {number}: {en}"))
            }
            Error::Invalid(fields) if fields.len() == 1 => fields[0].reason.clone(),
            other => other.phrase().into(),
        }
    }

    fn phrase(&self) -> Phrase {
        match self {
            Error::SignedOut => Phrase { zh: "请先登录。", en: "Please sign in first." },
            Error::WrongPassword => Phrase {
                zh: "手机号或密码不对，请核对后再试。",
                en: "The phone number or the password is not right. Please check both.",
            },
            Error::NotFound => Phrase {
                zh: "这里没有内容：可能已移走，也可能不归您查看。",
                en: "There is nothing here: it may have moved, or it is not yours to see.",
            },
            Error::Forbidden => Phrase {
                zh: "您的岗位不办理这一项。",
                en: "This is not for your post to do.",
            },
            Error::Forged => Phrase {
                zh: "页面已过期，没有办成任何事。请返回上一页刷新后再提交。",
                en: "This page is out of date and nothing was done. Go back, reload and try again.",
            },
            Error::Invalid(_) => Phrase {
                zh: "有几处需要改一改，见下面的说明。",
                en: "A few things need changing; see below.",
            },
            Error::KeyUsed => Phrase {
                zh: "这个表单已经提交过别的内容。请重新打开页面再填。",
                en: "This form was already used for something else. Please open the page anew.",
            },
            Error::TooMany { .. } => Phrase {
                zh: "尝试次数太多，请过一会儿再试。",
                en: "Too many tries. Please wait a while.",
            },
            Error::TooLarge => Phrase {
                zh: "发来的内容太大。照片请控制在每张 12 MB 以内、最多 5 张。",
                en: "This is too large. Photos: at most 5, each under 12 MB.",
            },
            Error::WrongKind => Phrase {
                zh: "这种格式收不了。",
                en: "This kind of content cannot be taken here.",
            },
            Error::WrongMethod => Phrase {
                zh: "这个地址不能这样用。请从页面上的按钮进入。",
                en: "This address cannot be used in this way. Please use the buttons of the page.",
            },
            Error::Unreadable => Phrase {
                zh: "内容没有收全或无法读取，没有办成任何事，请再提交一次。",
                en: "It did not arrive whole or cannot be read. Nothing was done; please send it again.",
            },
            Error::NoRoom => Phrase {
                zh: "服务器空间不足，暂时收不了照片。文字仍可提交。",
                en: "There is no room for photos just now. Text can still be sent.",
            },
            Error::Records(db::Error::Stale) => Phrase {
                zh: "别人先了一步，请刷新后再看。",
                en: "Someone else was first. Please look again.",
            },
            Error::Records(db::Error::ResultUnknown(_)) => Phrase {
                zh: "不知道刚才有没有办成。请原样再提交一次：已办成的不会重复办。",
                en: "It is not known whether this was done. Please send it again as it is: nothing is done twice.",
            },
            Error::Records(error) if is_for_later(error) => Phrase {
                zh: "现在办不了，没有丢失任何内容。请过一会儿再提交一次。",
                en: "This cannot be done just now. Please send it again in a moment.",
            },
            _ => Phrase {
                zh: "没能办成，是我们的问题，已经记录。请过一会儿再试。",
                en: "We could not do that. It is our fault and it is on record. Please try later.",
            },
        }
    }
}

/// Whether asking again later may help.
fn is_for_later(error: &db::Error) -> bool {
    use db::Error as D;
    matches!(
        error,
        D::Busy
            | D::Serialization
            | D::Full
            | D::Unavailable(_)
            | D::ResultUnknown(_)
            | D::Stopped(_)
            | D::ReadOnly
    )
}

fn refusal_status(refusal: &machine::Refusal) -> StatusCode {
    use machine::Refusal as R;
    match refusal {
        R::NotYours(_) | R::OwnWork => StatusCode::FORBIDDEN,
        R::ExtensionDays(_) | R::ReviewDay(_) | R::ReplyDays(_) | R::IntoItself => {
            StatusCode::UNPROCESSABLE_ENTITY
        }
        R::OutOfTurn { .. } | R::Taken { .. } | R::TooLate(_) | R::Spent(_) | R::Today(_) => {
            StatusCode::CONFLICT
        }
    }
}

fn refusal_code(refusal: &machine::Refusal) -> &'static str {
    use machine::Refusal as R;
    match refusal {
        R::OutOfTurn { .. } => "out_of_turn",
        R::Taken { .. } => "taken",
        R::NotYours(_) => "not_yours",
        R::TooLate(_) => "too_late",
        R::Spent(_) => "spent",
        R::Today(_) => "once_a_day",
        R::OwnWork => "own_work",
        R::ExtensionDays(_) => "extension_days",
        R::ReplyDays(_) => "reply_days",
        R::ReviewDay(_) => "review_day",
        R::IntoItself => "into_itself",
    }
}

impl From<Failure> for Error {
    fn from(failure: Failure) -> Self {
        match failure {
            Failure::Full(_) => Error::NoRoom,
            other => Error::Files(other.to_string()),
        }
    }
}

impl From<askama::Error> for Error {
    fn from(error: askama::Error) -> Self {
        Error::Page(Arc::new(error))
    }
}

/// An error travels in the response until [`crate::web::speak`] knows its reader's language.
impl IntoResponse for Error {
    fn into_response(self) -> Response {
        let mut response = self.status().into_response();
        response.extensions_mut().insert(Arc::new(self));
        response
    }
}
