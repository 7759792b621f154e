//! What this slice says, in both languages.

use domain::actor::Post;
use domain::area::Level;

use crate::web::words::Phrase;

/// The name of a post.
#[must_use]
pub fn post(post: Post) -> Phrase {
    match post {
        Post::GridLeader => Phrase { zh: "网格长", en: "Grid leader" },
        Post::GridWorker => Phrase { zh: "网格员", en: "Grid worker" },
        Post::BuildingHead => Phrase { zh: "楼长", en: "Building head" },
        Post::CentreHousehold => Phrase { zh: "党员中心户", en: "Centre household" },
        Post::CommunitySecretary => Phrase { zh: "社区书记", en: "Community secretary" },
        Post::CommunityOfficer => Phrase { zh: "社区干部", en: "Community officer" },
        Post::PointsGroup => Phrase { zh: "积分评定小组成员", en: "Points group member" },
        Post::Clerk => Phrase { zh: "积分超市店员", en: "Counter clerk" },
        Post::StreetOfficer => Phrase { zh: "街道干部", en: "Street officer" },
        Post::StreetSecretary => Phrase { zh: "街道书记", en: "Street secretary" },
        Post::UnitLiaison => Phrase { zh: "单位联络员", en: "Unit liaison" },
        Post::Auditor => Phrase { zh: "监督员", en: "Auditor" },
        Post::Administrator => Phrase { zh: "系统管理员", en: "Administrator" },
    }
}

/// The name of a level of the tree.
#[must_use]
pub fn level(level: Level) -> Phrase {
    match level {
        Level::Province => Phrase { zh: "省", en: "Province" },
        Level::City => Phrase { zh: "市", en: "City" },
        Level::County => Phrase { zh: "县（区）", en: "County" },
        Level::Street => Phrase { zh: "街道", en: "Street" },
        Level::Community => Phrase { zh: "社区", en: "Community" },
        Level::Grid => Phrase { zh: "网格", en: "Grid" },
        Level::MicroGrid => Phrase { zh: "微网格", en: "Micro-grid" },
        Level::Building => Phrase { zh: "楼栋", en: "Building" },
    }
}

macro_rules! phrases {
    ($($name:ident: $zh:literal, $en:literal;)*) => {
        $(pub const $name: Phrase = Phrase { zh: $zh, en: $en };)*
    };
}

phrases! {
    PHONE_BAD: "请填写 11 位手机号，例如 138 0000 1234。",
        "Enter a mobile number of eleven digits, such as 138 0000 1234.";
    PHONE_TAKEN: "这个手机号已有账号。请直接登录；忘了密码请找社区重设。",
        "This number has an account. Please sign in, or ask your community for a new password.";
    NAME_BAD: "请填写姓名，最多 40 个字，不要换行。",
        "Enter a name of at most 40 letters on one line.";
    TEXT_LONG: "太长了，请控制在 60 个字以内，不要换行。",
        "This is too long: at most 60 letters on one line.";
    TEXT_MISSING: "请填写这一项。", "Please fill this in.";
    PASSWORD_MISSING: "请填写密码。", "Enter your password.";
    PASSWORD_SHORT: "密码至少 8 个字符。", "A password has at least 8 characters.";
    PASSWORD_LONG: "密码最多 200 个字符。", "A password has at most 200 characters.";
    PASSWORD_IS_PHONE: "密码里不要有您的手机号。", "Keep your phone number out of the password.";
    PASSWORD_SILLY: "这个密码太常见，别人一猜就中。请换一个。",
        "This password is the first that anyone would guess. Please choose another.";
    PASSWORD_OLD_WRONG: "当前密码不对。", "The current password is not right.";
    AREA_UNKNOWN: "没有这个片区，请核对编码。", "There is no such area. Please check the code.";
    AREA_OUTSIDE: "这个片区不归您管理。", "This area is not yours to administer.";
    CODE_BAD: "编码要在上级编码后面接上规定位数的数字。",
        "The code is that of the area above, followed by the digits of this level.";
    CODE_TAKEN: "这个编码已经用过，不能再用。", "This code was used before and cannot be used again.";
    CODE_FULL: "下面的编码已用完。", "There are no codes left below this area.";
    PREFIX_BAD: "请填写 1 至 6 个大写字母，例如 FY。", "Enter 1 to 6 capital letters, such as FY.";
    NUMBER_BAD: "请填写 0 至 99999 的整数。", "Enter a whole number from 0 to 99999.";
    POST_BAD: "请选择岗位。", "Choose a post.";
    POST_FOR_ONESELF: "不能给自己任职，请另一位管理员办理。",
        "Nobody gives a post to themselves: another administrator does.";
    POST_HELD: "此人在这个片区已有这个岗位。", "This person holds that post there already.";
    POST_OWN_LAST: "管理员不能撤销自己的管理员岗位，请由另一位管理员来撤。",
        "Administrators do not end their own post. Please ask another administrator.";
    UNIT_MISSING: "单位联络员要选择单位。", "Choose the unit for which the liaison answers.";
    UNIT_NEEDLESS: "只有单位联络员才选择单位。", "Only a unit liaison has a unit.";
    UNIT_CODE_BAD: "请填写 2 至 30 个小写字母、数字或短横线。",
        "Enter 2 to 30 small letters, digits or hyphens.";
    UNIT_CODE_TAKEN: "这个代号已有单位在用。", "Another unit has this code.";
    DAY_BAD: "请填写日期，前后不超过一年，例如 2026-03-02。",
        "Enter a day within a year of today, such as 2026-03-02.";
    STREET_BAD: "请填写街道（乡镇）的 9 位统计用区划代码。",
        "Enter the nine official digits of the street or township.";
    HOTLINE_BAD: "请填写电话，最多 30 个字符。", "Enter a telephone number of at most 30 characters.";
    PERSON_BAD: "目前只能查询自己的岗位：person=me。",
        "Only one's own posts can be asked for: person=me.";
    LINK_GONE: "这个链接已经用过或已过期，没有办成任何事。请向管理员要一个新的。",
        "This link was used or is too old, and nothing was done. Please ask for a new one.";
    SET_UP_GONE: "这个链接已经用过或已过期。请重新启动程序，会打印一个新的。",
        "This link was used or is too old. Start the program again: it prints a new one.";
}
