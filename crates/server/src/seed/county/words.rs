//! Invented names and what people write, put together from lists of syllables and sentences.

use super::dice::Dice;

const SURNAMES: &[&str] = &[
    "赵", "钱", "孙", "李", "周", "吴", "郑", "王", "冯", "陈", "褚", "卫", "蒋", "沈", "韩", "杨",
    "朱", "秦", "尤", "许", "何", "吕", "施", "张", "孔", "曹", "严", "华", "金", "魏", "陶", "姜",
];
const GIVEN: &[&str] = &[
    "安", "宁", "和", "平", "春", "夏", "秋", "冬", "云", "山", "川", "海", "松", "柏", "竹", "兰",
    "桂", "芳", "萍", "梅", "建", "国", "文", "武", "德", "义", "诚", "信", "明", "亮", "佳", "慧",
    "敏", "静", "强", "勇", "欣", "怡",
];
const PLACES: &[(&str, &str)] = &[
    ("东", "Dong"),
    ("西", "Xi"),
    ("南", "Nan"),
    ("北", "Bei"),
    ("青", "Qing"),
    ("白", "Bai"),
    ("金", "Jin"),
    ("玉", "Yu"),
    ("长", "Chang"),
    ("永", "Yong"),
    ("新", "Xin"),
    ("大", "Da"),
    ("柳", "Liu"),
    ("桃", "Tao"),
];
const ENDS: &[(&str, &str)] = &[
    ("河", "he"),
    ("桥", "qiao"),
    ("泉", "quan"),
    ("坡", "po"),
    ("苑", "yuan"),
    ("庄", "zhuang"),
    ("湾", "wan"),
    ("岭", "ling"),
    ("塘", "tang"),
    ("林", "lin"),
    ("园", "yuan"),
    ("台", "tai"),
];
const WHERE: &[&str] = &[
    "楼道里",
    "单元门口",
    "楼下",
    "小区大门旁",
    "停车棚边",
    "三楼拐角",
    "一楼西户门前",
    "健身场上",
    "北侧通道",
    "地下室",
];
const SINCE: &[&str] = &[
    "三天了",
    "一个多星期了",
    "从昨晚起",
    "好几次了",
    "半个月没人管",
    "今天早上发现的",
    "入冬以来",
];
const ASKS: &[&str] = &[
    "请派人来看看。",
    "麻烦尽快处理。",
    "老人走路不方便。",
    "孩子上学经过，怕出事。",
    "邻居们都着急。",
    "希望给个答复。",
];

/// What people write about, by the code of a category; the last list is for all others.
const MATTERS: &[(&str, &[&str])] = &[
    (
        "sanitation",
        &[
            "垃圾桶满了没有清",
            "有人乱堆杂物",
            "楼梯上有积水和烟头",
            "装修垃圾堆着不运",
            "绿化带里有狗粪",
        ],
    ),
    (
        "utilities",
        &[
            "自来水停了",
            "暖气不热，只有十几度",
            "下水道堵了往外冒",
            "路灯和楼道灯都不亮",
            "水管漏水",
        ],
    ),
    ("facilities", &["电梯总是停在半路", "单元门锁坏了", "健身器材松动", "楼顶漏雨", "门禁刷不开"]),
    ("roads", &["路面有个坑", "车辆堵了消防通道", "井盖响得厉害", "停车位被占", "减速带坏了"]),
    (
        "neighbours",
        &["楼上半夜有噪音", "广场音响太大声", "狗一直叫", "装修不分时间", "油烟直接排到窗口"],
    ),
    (
        "safety",
        &["有人飞线充电", "陌生人尾随进楼", "灭火器过期了", "电动车推进了电梯", "窗台花盆要掉"],
    ),
    ("greening", &["树枝压着电线", "草坪没人修剪", "新栽的树枯了", "树根顶起了路砖", "虫子很多"]),
    (
        "",
        &["想问问证明怎么开", "公示栏很久没更新", "老人想要助餐", "活动室总锁着", "快递柜占了通道"],
    ),
];

/// A person's name.
pub fn person(dice: &mut Dice) -> String {
    let mut name = (*dice.pick(SURNAMES)).to_owned();
    name.push_str(dice.pick::<&str>(GIVEN));
    if dice.in_hundred(75) {
        name.push_str(dice.pick::<&str>(GIVEN));
    }
    name
}

/// The name of a place, in Chinese and in letters; each number has its own.
pub fn place(number: usize) -> (String, String) {
    let (head, head_en) = PLACES[number % PLACES.len()];
    let (end, end_en) = ENDS[(number / PLACES.len() + number) % ENDS.len()];
    (format!("{head}{end}"), format!("{head_en}{end_en}"))
}

/// Where exactly.
pub fn door(dice: &mut Dice) -> String {
    format!("{}单元{}", dice.between(1, 4), dice.pick(WHERE))
}

/// What somebody writes about a category.
pub fn text(dice: &mut Dice, category: &str) -> String {
    let is_of = |(code, _): &&(&str, &[&str])| category.starts_with(code);
    let matters = MATTERS.iter().find(is_of).map_or(MATTERS[0].1, |(_, matters)| *matters);
    let (place, matter) = (dice.pick(WHERE), dice.pick(matters));
    format!("{place}{matter}，{}，{}", dice.pick(SINCE), dice.pick(ASKS))
}
