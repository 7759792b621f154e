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
    let said = |zh: &'static str, en: &'static str| Sentence::new(zh, en);
    match name.split_once(':') {
        Some(("smtp", code)) if code.starts_with('5') => Sentence::new(
            format!("邮件服务器拒收（{code}）。请核对邮箱地址或邮件账号。"),
            format!("The mail server refuses it ({code}). Check the address, or the login."),
        ),
        Some(("smtp", code)) => Sentence::new(
            format!("邮件服务器暂时不收（{code}）。"),
            format!("The mail server does not take it just now ({code})."),
        ),
        Some(("http", code)) if code.starts_with('3') => Sentence::new(
            format!("网关要转到别的地址（{code}），我们不跟随。请填最终地址。"),
            format!(
                "The gateway points elsewhere ({code}), which is not followed. Enter its own address."
            ),
        ),
        Some(("http", code)) => Sentence::new(
            format!("网关回答 {code}。请查看网关的日志。"),
            format!("The gateway answered {code}. Look into its log."),
        ),
        _ => match name {
            "" => said("正在等待。", "It waits."),
            "timeout" => said("等了 10 秒没有回答。", "There was no answer within 10 seconds."),
            "unreachable" => said(
                "连不上。请核对地址和网络。",
                "It cannot be reached. Check address and network.",
            ),
            "tls" => said(
                "加密连接没有建成。请核对证书。",
                "No secure connection came about. Check the certificate.",
            ),
            "gone" => said(
                "网关回答不再接收（410），已停用。",
                "The gateway takes no more (410) and was switched off.",
            ),
            "off" => said("网关没有启用。", "The gateway is switched off."),
            "secret" => {
                said("密钥不能用，请重新设置。", "The secret cannot be used. Please set another.")
            }
            "no_mail" => said("没有设置邮件服务器。", "No mail server is set up."),
            "address" => said("邮箱地址不能用。", "The address cannot be used."),
            "lost" => said(
                "发送时程序多次中断，不知道有没有送到。",
                "The program ended while sending, over and over; it may have arrived.",
            ),
            _ => said(
                "没能发出，是我们的问题，已经记录。",
                "It could not be sent. It is our fault and it is on record.",
            ),
        },
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
