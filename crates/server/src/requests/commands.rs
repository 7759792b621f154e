//! What people and programs post to a request, read into a command: the fields of every noun.

use domain::id::{RequestId, UnitId};
use domain::requests::{BadText, Command, Kind, Note, Rating, Said};
use jiff::civil::Date;

use super::words;
use crate::error::Error;
use crate::web::Fields;
use crate::web::words::Sentence;

/// The command that is posted under the noun of `kind`. Its fields, by noun:
///
/// - `acceptance`, `handling`, `signature`: none;
/// - `resolution`, `completion`, `escalation`, `rejection`, `return`, `reopening`: `note`;
/// - `question`, `answer`: `note`; `withdrawal`: `note`, if wanted;
/// - `dispatch`: `unit`, and `note` if wanted; `merge`: `into`, an id;
/// - `suspension`: `note` (the plan), `review_on` (a day);
/// - `extension`: `days`, `note`; `extension-decision`: `granted`, and `note` if wanted;
/// - `confirmation`: `solved`; then `rating` (1 to 5) where it is, `note` where it is not, and
///   `rating` there too if wanted;
/// - `callback`: `reached`; where the asker was, `solved` and `rating` as above; `note` if wanted;
/// - `supervision`: `note`, and `days` if wanted; `separation`: `note`, if wanted;
/// - `reminder`: none.
pub fn command(kind: Kind, fields: &Fields) -> Result<Command, Error> {
    Ok(match kind {
        Kind::Acceptance => Command::Accept,
        Kind::Resolution => Command::Resolve { note: note(fields)? },
        Kind::Escalation => Command::Escalate { note: note(fields)? },
        Kind::Rejection => Command::Reject { reason: note(fields)? },
        Kind::Merge => {
            Command::Merge { into: fields.parse::<RequestId>("into", words::MERGE_UNKNOWN)? }
        }
        Kind::Withdrawal => Command::Withdraw { note: wanted(fields)? },
        Kind::Question => Command::Ask { question: note(fields)? },
        Kind::Answer => Command::Answer { answer: note(fields)? },
        Kind::Dispatch => Command::Dispatch {
            unit: fields.parse::<UnitId>("unit", words::UNIT_UNKNOWN)?,
            note: wanted(fields)?,
        },
        Kind::Handling => Command::Handle,
        Kind::Suspension => Command::Suspend {
            plan: note(fields)?,
            review_on: fields.parse::<Date>("review_on", words::DAY_UNREADABLE)?,
        },
        Kind::Signature => Command::Sign,
        Kind::Return => Command::Return { reason: note(fields)? },
        Kind::Extension => Command::Extend {
            days: fields.parse("days", words::DAYS_UNREADABLE)?,
            reason: note(fields)?,
        },
        Kind::ExtensionDecision => {
            if fields.get("granted").is_none() {
                return Err(Error::field("granted", words::GRANTED_MISSING));
            }
            let granted = fields.is_on("granted");
            Command::DecideExtension { granted, note: wanted(fields)? }
        }
        Kind::Completion => Command::Complete { note: note(fields)? },
        Kind::Confirmation => confirmation(fields)?,
        Kind::Reopening => Command::Reopen { reason: note(fields)? },
        Kind::Reminder => Command::Remind,
        Kind::Separation => Command::Separate { stood: None, note: wanted(fields)? },
        Kind::Callback => Command::Call { said: said(fields)?, note: wanted(fields)? },
        Kind::Supervision => {
            let days = fields.get("days").map(|_| fields.parse("days", words::DAYS_UNREADABLE));
            Command::Supervise { note: note(fields)?, days: days.transpose()? }
        }
        Kind::Lapse => return Err(Error::NotFound),
    })
}

fn confirmation(fields: &Fields) -> Result<Command, Error> {
    if fields.get("solved").is_none() {
        return Err(Error::field("solved", words::SOLVED_MISSING));
    }
    if !fields.is_on("solved") {
        let rating = rating_if_any(fields)?;
        if fields.get("note").is_none() {
            return Err(Error::field("note", words::UNSOLVED_MISSING));
        }
        return Ok(Command::Redo { reason: note(fields)?, rating });
    }
    Ok(Command::Confirm { rating: rating(fields)?, note: wanted(fields)? })
}

/// What the asker said when called back; nothing where nobody could be reached.
fn said(fields: &Fields) -> Result<Option<Said>, Error> {
    if fields.get("reached").is_none() {
        return Err(Error::field("reached", words::REACHED_MISSING));
    }
    if !fields.is_on("reached") {
        return Ok(None);
    }
    if fields.get("solved").is_none() {
        return Err(Error::field("solved", words::SOLVED_MISSING));
    }
    Ok(Some(if fields.is_on("solved") {
        Said::Solved { rating: rating(fields)? }
    } else {
        Said::NotSolved { rating: rating_if_any(fields)? }
    }))
}

fn rating(fields: &Fields) -> Result<Rating, Error> {
    let level = fields.parse::<u8>("rating", words::RATING_MISSING)?;
    Rating::new(level).ok_or_else(|| Error::field("rating", words::RATING_MISSING))
}

fn rating_if_any(fields: &Fields) -> Result<Option<Rating>, Error> {
    fields.get("rating").map(|_| rating(fields)).transpose()
}

/// What was written, or else the phrase that was pressed: three taps are enough on the spot.
fn note(fields: &Fields) -> Result<Note, Error> {
    let written = fields.get("note").or(fields.get("preset")).unwrap_or_default();
    Note::new(written).map_err(|bad| Error::field("note", bad_text(bad)))
}

fn wanted(fields: &Fields) -> Result<Option<Note>, Error> {
    if fields.get("note").is_none() {
        return Ok(None);
    }
    note(fields).map(Some)
}

/// Why a text cannot be taken.
#[must_use]
pub fn bad_text(bad: BadText) -> Sentence {
    match bad {
        BadText::TooShort(1) => Sentence::new("请写几个字说明。", "Please write a few words."),
        BadText::TooShort(least) => Sentence::new(
            format!("请至少写 {least} 个字，把事情说清楚。"),
            format!("Please write at least {least} characters, so that it is clear."),
        ),
        BadText::TooLong(most) => Sentence::new(
            format!("请写在 {most} 个字以内。"),
            format!("Please use at most {most} characters."),
        ),
    }
}
