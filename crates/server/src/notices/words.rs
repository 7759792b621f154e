//! What this slice says, in both languages.

use domain::notices::Topic;

use super::Told;
use crate::web::words::{Phrase, Sentence};

macro_rules! phrases {
    ($($name:ident: $zh:literal, $en:literal;)*) => {
        $(pub const $name: Phrase = Phrase { zh: $zh, en: $en };)*
    };
}

phrases! {
    EMAIL_BAD: "请填写邮箱地址，例如 name@example.com。",
        "Enter an e-mail address, such as name@example.com.";
    EMAIL_SAME: "这个邮箱已经确认过了。", "This address is confirmed already.";
    CODE_BAD: "验证码不对，或者已经过期。请核对，或者重新发送。",
        "This code is not right, or too old. Please check it, or have a new one sent.";
    MAIL_OFF: "本系统还没有设置邮件服务器，暂时不能用邮箱接收消息。",
        "No mail server is set up here, so news cannot be sent by e-mail yet.";
    URL_BAD: "请填写 https:// 开头的地址；内网网关可以用 http://。",
        "Enter an address that begins with https://; a gateway within the house may have http://.";
    SECRET_BAD: "密钥以 whsec_ 开头，后面是 24 至 64 字节的 Base64。",
        "A secret is whsec_ and then 24 to 64 bytes in Base64.";
    TIME_BAD: "请填写时间，例如 21:00。", "Enter a time such as 21:00.";
    STATE_BAD: "请先填好网关地址，再启用。", "Give the gateway an address before you switch it on.";
    LIMIT_BAD: "limit 请填 1 至 50。", "limit is a number from 1 to 50.";
    AFTER_BAD: "after 请填上一页最后一条的编号。", "after is the id that ended the page before.";
    UP_TO_BAD: "up_to 请填最新一条消息的编号。", "up_to is the id of the newest notice to mark.";
    MAIL_UNCONFIRMED: "测试邮件发到您自己的邮箱。请先在“我的账号 → 邮箱”里填写并确认。",
        "A test goes to your own address. First enter and confirm it under “My account → E-mail”.";
    NO_LONGER_YOURS: "这件事已不归您办理或查看。", "This is no longer yours to see.";
    TEST_TEXT: "这是一条测试消息，收到就说明网关已接通。",
        "This is a test. If you read it, the gateway works.";
}

/// The name of a topic.
#[must_use]
pub fn topic(topic: Topic) -> Phrase {
    match topic {
        Topic::Turn => Phrase { zh: "轮到对方办理或答复", en: "It is their turn" },
        Topic::Progress => Phrase { zh: "办理进展", en: "Progress" },
        Topic::Over => Phrase { zh: "办结", en: "It is over" },
        Topic::Warning => Phrase { zh: "到期预警", en: "Time runs out" },
        Topic::Supervision => Phrase { zh: "督办", en: "Supervision order" },
    }
}

/// The same as a reader meets it beside their own news.
#[must_use]
pub fn topic_to_reader(topic: Topic) -> Phrase {
    match topic {
        Topic::Turn => Phrase { zh: "轮到您", en: "Your turn" },
        other => self::topic(other),
    }
}

/// The name of a way out of the house.
#[must_use]
pub fn channel(name: &str) -> Phrase {
    match name {
        "smtp" => Phrase { zh: "邮件", en: "E-mail" },
        _ => Phrase { zh: "短信网关", en: "Gateway" },
    }
}

/// Why a message did not arrive, and what helps.
#[must_use]
pub fn problem(name: &str) -> Sentence {
    match name.split_once(':') {
        Some(("smtp", code)) if code.starts_with('5') => Sentence::new(
            format!("邮件服务器拒收（{code}）。请核对邮箱地址或邮件账号。"),
            format!("The mail server refuses it ({code}). Check the address, or the login."),
        ),
        Some(("smtp", code)) => Sentence::new(
            format!("邮件服务器暂时不收（{code}）。请过一会儿重发；一直这样，请找管邮件的人。"),
            format!(
                "The mail server does not take it just now ({code}). Send it again later; if it \
                 stays so, ask whoever runs the mail server."
            ),
        ),
        Some(("http", code)) if code.starts_with('3') => Sentence::new(
            format!("网关要转到别的地址（{code}），我们不跟随。请填最终地址。"),
            format!(
                "The gateway points elsewhere ({code}), which is not followed. Enter its own address."
            ),
        ),
        Some(("http", code @ ("401" | "403"))) => Sentence::new(
            format!("网关不认我们的签名（{code}）。请核对两边的密钥是不是一样。"),
            format!("The gateway refuses our signature ({code}). See that both have one secret."),
        ),
        Some(("http", "404")) => Sentence::new(
            "网关没有这个地址（404）。请核对网关地址。",
            "The gateway knows no such address (404). Check the address.",
        ),
        Some(("http", "429")) => Sentence::new(
            "网关嫌发得太快（429）。会自动放慢再发。",
            "It is too many at once for the gateway (429). They are sent again more slowly.",
        ),
        Some(("http", code)) => Sentence::new(
            format!("网关没有收下，回答 {code}。请把编号告诉管网关的人，查网关的记录。"),
            format!(
                "The gateway did not take it and answered {code}. Give the id to whoever runs the \
                 gateway, to look into its log."
            ),
        ),
        _ => hindrance(name),
    }
}

/// The same for what has no code of a server.
fn hindrance(name: &str) -> Sentence {
    let said = |zh: &'static str, en: &'static str| Sentence::new(zh, en);
    match name {
        "" => said("还没有发出，正在等。", "It was not sent yet; it waits."),
        "timeout" => said(
            "等了 10 秒，对方没有回答。请看看对方是否在运行、网络通不通。",
            "There was no answer within 10 seconds. See that it runs and can be reached.",
        ),
        "unreachable" => said(
            "连不上对方。请核对地址和网络。",
            "It cannot be reached. Check address and network.",
        ),
        "tls" => said(
            "加密连接没有建成。请核对对方的证书是否有效。",
            "No secure connection came about. Check the certificate.",
        ),
        "gone" => said(
            "网关回答不再接收（410），已停用。查明原因后再启用、重发。",
            "The gateway takes no more (410) and was switched off. Find out why, switch it on and send again.",
        ),
        "off" => said(
            "网关没有启用。启用以后再重发。",
            "The gateway is switched off. Switch it on, then send again.",
        ),
        "secret" => {
            said("密钥不能用，请重新设置。", "The secret cannot be used. Please set another.")
        }
        "no_mail" => said(
            "没有设置邮件服务器。请先让管服务器的人设置。",
            "No mail server is set up. Ask whoever runs this server to set one.",
        ),
        "address" => said(
            "邮箱地址不能用。请本人改一改邮箱。",
            "The address cannot be used. Its owner has to correct it.",
        ),
        "lost" => said(
            "发送时程序多次中断，不知道送到没有。重发的话，对方可能收到两次。",
            "The program ended while sending, over and over; it may have arrived. Sent again, it may come twice.",
        ),
        _ => said(
            "没有发出，是本系统出了问题，已经记在日志里。请告诉管服务器的人。",
            "It was not sent, by a fault of this program, which is in its log. Tell whoever runs this server.",
        ),
    }
}

/// The letter with a code: subject and text.
#[must_use]
pub fn code_letter(place: &str, code: &str) -> (String, String) {
    let subject = format!("{place}：邮箱验证码 {code}");
    let text = format!(
        "您的邮箱验证码是 {code}，30 分钟内有效。\n如果不是您本人填写的，请不用理会。\n\n\
         Your code is {code}. It can be used within 30 minutes.\n\
         If you did not ask for it, there is nothing to do.\n"
    );
    (subject, text)
}

/// The letter that tests the mail server: subject and text.
#[must_use]
pub fn test_letter(place: &str) -> (String, String) {
    let text = "这是一封测试邮件，收到就说明邮件已接通。\n\n\
                This is a test. If you read it, the mail server works.\n";
    (format!("{place}：测试邮件"), text.to_owned())
}

/// A letter with news: subject and text.
#[must_use]
pub fn news_letter(place: &str, zh: &Told, en: &Told, link: &str) -> (String, String) {
    let subject = format!("{place}：{}", zh.about);
    let more = |lead: &str| {
        if link.is_empty() { String::new() } else { format!("\n{lead}{link}") }
    };
    let text = format!(
        "{}\n{}{}\n\n{}\n{}{}\n\n--\n不想再收邮件：登录后在“我的账号 → 邮箱”里移除。\n\
         To stop these letters, sign in and remove your address under “My account → E-mail”.\n",
        zh.about,
        zh.text,
        more("查看："),
        en.about,
        en.text,
        more("See: "),
    );
    (subject, text)
}

/// News as a text message: short, for each seventy characters cost the street money.
#[must_use]
pub fn text_message(place: &str, told: &Told, link: &str) -> String {
    let number = told.about.split(' ').next().unwrap_or_default();
    let lead = if link.is_empty() { "" } else { " 查看 " };
    format!("【{place}】{number}：{}{lead}{link}", told.text)
}
