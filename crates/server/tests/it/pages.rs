//! Requests by page, as people without script meet them: forms, what they say when something is
//! wrong, and who reads what.

use serde_json::json;

use crate::api_story::{does, goes, handling, raised, town};
use crate::town::{Answer, BUILDING, FAR_BUILDING, OTHER_COMMUNITY, PROPERTY, Person, form};

/// The form of a request, filled in.
const ASKED: &[(&str, &str)] = &[
    ("area", BUILDING),
    ("category", "sanitation"),
    ("text", "三楼楼道里堆着装修垃圾"),
    ("place", "2单元"),
    ("phone", "100 0000 9999"),
];

/// Ten by ten pixels of one colour.
fn photo() -> Vec<u8> {
    let mut bytes = std::io::Cursor::new(Vec::new());
    image::RgbImage::from_pixel(10, 10, image::Rgb([120, 90, 60]))
        .write_to(&mut bytes, image::ImageFormat::Png)
        .unwrap();
    bytes.into_inner()
}

/// The receipt page after a form was taken, and the id of the request.
async fn raises(person: &Person, fields: &[(&str, &str)], files: &[&[u8]]) -> (String, String) {
    let files: Vec<_> = files.iter().map(|&bytes| ("photos", "a.png", bytes)).collect();
    // Whoever was asked whether it is the same has said that it is not.
    let fields: Vec<_> = fields.iter().copied().chain([("separate", "1")]).collect();
    let answer = person.posts_files("/requests", &fields, &files).await.with(303);
    let path = answer.leads_to().to_owned();
    let id = path.split('/').nth(2).unwrap().to_owned();
    (id, person.opens(&path).await.with(200).body)
}

/// The code on a receipt, whose halves stay whole.
fn code_on(receipt: &str) -> String {
    let (_, rest) = receipt.split_once("class=\"code\">").expect("the receipt has a code");
    let code = rest.split("</p>").next().unwrap();
    code.replace("<span>", "").replace("</span>", "").replace("<wbr>", "")
}

#[tokio::test]
async fn without_an_account_a_neighbour_asks_and_follows() {
    let town = town().await;
    let guest = town.guest();
    let photo = photo();
    let (id, receipt) = raises(&guest, ASKED, &[&photo, &photo]).await;
    assert!(receipt.contains("-2026-00001"), "{receipt}");
    let code = code_on(&receipt);

    let own = guest.opens(&format!("/requests/{id}")).await.with(200).body;
    assert!(own.contains("正等网格员接单") && own.contains("撤回诉求"), "{own}");
    assert_eq!(own.matches("<img").count(), 2);
    let thumbnail = own.split("<img src=\"").nth(1).unwrap().split('"').next().unwrap();
    assert_eq!(guest.opens(thumbnail).await.with(200).header("content-type"), "image/jpeg");

    let other = town.guest();
    other.opens(&format!("/requests/{id}")).await.with(303);
    other.opens(thumbnail).await.with(303);
    let wrong = other.posts("/follow", &form(&[("code", &code), ("tail", "1234")])).await.with(422);
    assert!(wrong.body.contains("不对"), "{}", wrong.body);
    let right = form(&[("code", &code.to_lowercase()), ("tail", "9999")]);
    other.posts("/follow", &right).await.with(303);
    other.opens(&format!("/requests/{id}")).await.with(200);
    other.opens(thumbnail).await.with(200);
}

#[tokio::test]
async fn a_receipt_is_tried_five_times_and_then_waits() {
    let town = town().await;
    let (_, receipt) = raises(&town.guest(), ASKED, &[]).await;
    let code = code_on(&receipt);
    let other = town.guest();
    for _ in 0..5 {
        other.posts("/follow", &form(&[("code", &code), ("tail", "0000")])).await.with(422);
    }
    let right = form(&[("code", &code), ("tail", "9999")]);
    other.posts("/follow", &right).await.with(429);
    town.passes(jiff::SignedDuration::from_mins(16));
    other.posts("/follow", &right).await.with(303);
}

#[tokio::test]
async fn who_signs_up_later_takes_along_what_its_receipt_proves_and_nothing_else() {
    let town = town().await;
    let (_, receipt) = raises(&town.guest(), ASKED, &[]).await;
    let (second, _) = raises(&town.guest(), ASKED, &[]).await;
    // Whoever names somebody else's phone gets nothing of theirs, with whatever receipt.
    let code = code_on(&receipt);
    let newcomer = town.guest();
    let account = [("name", "周新"), ("phone", "10000009999"), ("password", "long enough words")];
    newcomer.posts("/sign-up", &form(&account)).await.with(303);
    let before = newcomer.opens("/mine").await.with(200).body;
    assert!(!before.contains("装修垃圾"), "a phone alone hands nothing over");
    newcomer.posts("/mine", &form(&[("code", &code), ("tail", "9999")])).await.with(303);
    let after = newcomer.opens("/mine").await.with(200).body;
    assert_eq!(after.matches("装修垃圾").count(), 1, "one receipt opens one request");
    newcomer.opens(&format!("/requests/{second}")).await.with(404);
}

#[tokio::test]
async fn what_is_wrong_is_said_beside_its_field_and_nothing_is_lost() {
    let town = town().await;
    let wrong = [
        ("area", BUILDING),
        ("category", ""),
        ("text", "垃圾"),
        ("phone", "12"),
        ("place", "门口"),
    ];
    let page = town.guest().posts_files("/requests", &wrong, &[]).await.with(422).body;
    for said in [
        "请选一个类别",
        "请至少写 5 个字",
        "手机号请填 11 位",
        ">垃圾</textarea>",
        "value=\"12\"",
        "value=\"门口\"",
    ] {
        assert!(page.contains(said), "{said}: {page}");
    }
    let long = "好".repeat(501);
    let fields = [("area", BUILDING), ("category", "roads"), ("text", &long)];
    let page = town.guest().posts_files("/requests", &fields, &[]).await.with(422).body;
    assert!(page.contains("请写在 500 个字以内") && page.contains(&long));
    let fields = [("area", BUILDING), ("category", "roads"), ("text", "井盖不见了快来")];
    let not_a_photo: &[(&str, &str, &[u8])] = &[("photos", "a.jpg", b"%PDF-1.7 not a photo")];
    let page = town.guest().posts_files("/requests", &fields, not_a_photo).await.with(422).body;
    assert!(page.contains("第 1 张照片") && page.contains("井盖不见了快来"), "{page}");
    assert_eq!(town.officer().opens("/requests").await.body.matches("data-row").count(), 0);
}

#[tokio::test]
async fn unknown_and_foreign_areas_are_not_found() {
    let town = town().await;
    for area in ["3703230010280019999", "370323002", "1", "x"] {
        town.guest().opens(&format!("/a/{area}")).await.with(404);
        town.guest().opens(&format!("/requests/new?area={area}")).await.with(404);
    }
    let fields = [("area", "370323002001"), ("category", "roads"), ("text", "别的街道的事情")];
    town.guest().posts_files("/requests", &fields, &[]).await.with(404);
}

#[tokio::test]
async fn pressing_twice_raises_one_request() {
    let town = town().await;
    let resident = town.resident();
    let asked = form(&[("area", BUILDING), ("category", "roads"), ("text", "路灯不亮了好几天")]);
    let first = resident.posts_again("/requests", &asked, "pressed-twice").await.with(303);
    let second = resident.posts_again("/requests", &asked, "pressed-twice").await.with(303);
    assert_eq!(first.leads_to(), second.leads_to());
    let other = form(&[("area", BUILDING), ("category", "roads"), ("text", "另外一件别的事情")]);
    resident.posts_again("/requests", &other, "pressed-twice").await.with(422);
    assert_eq!(resident.opens("/mine").await.body.matches("data-row").count(), 1);
}

#[tokio::test]
async fn a_refused_step_says_why_and_what_is_possible_and_keeps_what_was_written() {
    let town = town().await;
    let id = raised(&town.resident()).await;
    let path = |noun: &str| format!("/requests/{id}/{noun}");
    let written = form(&[("note", "已经请人清走了")]);
    town.worker().posts(&path("acceptance"), "").await.with(303);
    let late = town.leader().posts(&path("acceptance"), "").await.with(409).body;
    assert!(late.contains("worker 已经接了这一单") && late.contains("现在可以："), "{late}");
    let empty = town.worker().posts(&path("resolution"), "note=").await.with(422).body;
    assert!(empty.contains("请写几个字说明"), "{empty}");
    town.worker().posts(&path("resolution"), &written).await.with(303);
    let again = town.worker().posts(&path("escalation"), &written).await.with(409).body;
    assert!(again.contains("不能“上报”"), "{again}");
    let unsolved = form(&[("solved", "false"), ("note", "")]);
    let refused = town.resident().posts(&path("confirmation"), &unsolved).await.with(422).body;
    assert!(refused.contains("请写哪里没解决") && refused.contains("value=\"false\" checked"));
    let english = town.resident().in_english();
    let refused = english.posts(&path("confirmation"), &unsolved).await.with(422).body;
    assert!(refused.contains("Please say what is not solved"), "{refused}");
    let unrated = town.resident().posts(&path("confirmation"), "solved=true").await.with(422).body;
    assert!(unrated.contains("请选一个满意程度"), "{unrated}");
    // What comes next is said at the top: it goes back, to whom, and until when.
    let unsolved = form(&[("solved", "false"), ("note", "还剩一半")]);
    let sent = town.resident().posts(&path("confirmation"), &unsolved).await.with(303);
    let page = town.resident().opens(sent.leads_to()).await.with(200).body;
    let said = page.split("notice-good").nth(1).unwrap().split("</div></div>").next().unwrap();
    assert!(said.contains("已退回重办") && said.contains("安排重办，最迟"), "{said}");
    assert!(!said.contains("谢谢"), "{said}");
}

#[tokio::test]
async fn a_page_offers_what_its_reader_may_do_and_no_more() {
    let town = town().await;
    let id = raised(&town.resident()).await;
    let offers = |answer: Answer| {
        let page = answer.with(200).body;
        let action = format!("action=\"/requests/{id}/");
        let marks = page.split(&action).skip(1);
        marks.map(|rest| rest.split('"').next().unwrap().to_owned()).collect::<Vec<_>>()
    };
    let path = format!("/requests/{id}");
    let worker = offers(town.worker().opens(&path).await);
    assert_eq!(
        worker,
        ["phone-reveal", "resolution", "acceptance", "escalation", "merge", "rejection"]
    );
    assert_eq!(offers(town.resident().opens(&path).await), ["withdrawal", "reminder"]);
    assert_eq!(offers(town.officer().opens(&path).await), ["phone-reveal"]);
    assert!(offers(town.auditor().opens(&path).await).is_empty());
    town.neighbour().opens(&path).await.with(404);
    town.property().opens(&path).await.with(404);
    town.second_resident().opens(&path).await.with(404);
    town.administrator().opens(&path).await.with(404);
}

#[tokio::test]
async fn masked_eyes_read_no_name_phone_or_door() {
    let town = town().await;
    let id = raised(&town.resident()).await;
    let phone = "10000001001";
    for person in [town.auditor(), town.head()] {
        let page = person.opens(&format!("/requests/{id}")).await.with(200).body;
        assert!(!page.contains(phone) && !page.contains("2单元301门口"), "{page}");
    }
    let page = town.worker().opens(&format!("/requests/{id}")).await.with(200).body;
    assert!(page.contains("100****1001") && !page.contains(phone), "{page}");
    let path = format!("/requests/{id}/phone-reveal");
    let shown = town.worker().posts(&path, "").await.with(200).body;
    assert!(shown.contains(&format!("tel:{phone}")));
    let story = town.resident().opens(&format!("/requests/{id}")).await.with(200).body;
    assert!(story.contains("查看了联系电话"), "the asker sees who looked: {story}");
    town.auditor().posts(&path, "").await.with(403);
}

#[tokio::test]
async fn an_old_key_shows_no_number_to_whom_it_is_no_longer_for() {
    let town = town().await;
    let id = raised(&town.resident()).await;
    let dispatch = json!({ "unit": PROPERTY.to_string() });
    does(&town.worker(), &id, "escalation", json!({ "note": "a van" })).await.with(200);
    does(&town.officer(), &id, "dispatch", dispatch).await.with(200);
    let path = format!("/requests/{id}/phone-reveal");
    let ask = |key: &'static str| {
        let (unit, path) = (town.property(), path.clone());
        async move { unit.calls_again("POST", &path, json!({}), key).await }
    };
    assert_eq!(ask("seen-while-ours").await.with(200).json()["phone"], "10000001001");
    assert_eq!(ask("seen-while-ours").await.with(200).header("idempotent-replayed"), "true");
    does(&town.property(), &id, "return", json!({ "note": "not ours" })).await.with(200);
    ask("seen-while-ours").await.with(404);
}

#[tokio::test]
async fn what_people_write_tells_masked_readers_no_number_and_finds_them_nothing() {
    let town = town().await;
    let fields = [
        ("area", BUILDING),
        ("category", "sanitation"),
        ("text", "我是张三丰，住3单元302，电话13800138000"),
        ("name", "张三丰"),
        ("phone", "13800138000"),
    ];
    let (id, _) = raises(&town.guest(), &fields, &[]).await;
    for path in [format!("/requests/{id}"), format!("/requests/{id}/print"), "/requests".into()] {
        let page = town.auditor().opens(&path).await.with(200).body;
        // Keys are made by chance, and may hold any three digits.
        for told in ["单元302", "302，", "13800138000"] {
            assert!(!page.contains(told), "{told} on {path}: {page}");
        }
    }
    let found = town.auditor().opens("/requests?q=302").await.with(200).body;
    assert!(!found.contains(&id), "a door cannot be searched for");
    assert!(town.officer().opens("/requests?q=302").await.body.contains(&id));
}

#[tokio::test]
async fn where_nobody_works_in_the_grid_a_request_begins_at_a_desk() {
    let town = town().await;
    let fields = [("area", FAR_BUILDING), ("category", "roads"), ("text", "路口的井盖不见了")];
    let (id, receipt) = raises(&town.guest(), &fields, &[]).await;
    assert!(receipt.contains("已上报，社区党组织在"), "{receipt}");
    assert!(town.officer().opens("/desk").await.with(200).body.contains(&id));
    town.dismiss(&town.other_officer()).await;
    let fields = [("area", OTHER_COMMUNITY), ("category", "roads"), ("text", "路口的井盖不见了")];
    let (id, _) = raises(&town.guest(), &fields, &[]).await;
    assert!(town.street_officer().opens("/desk").await.with(200).body.contains(&id));
}

#[tokio::test]
async fn forms_without_photos_take_no_files_and_codes_are_short() {
    let town = town().await;
    let file: &[(&str, &str, &[u8])] = &[("photos", "a.png", b"x")];
    town.guest().posts_files("/follow", &[("code", "A"), ("tail", "")], file).await.with(415);
    let long = "A".repeat(200_000);
    town.guest().posts("/follow", &form(&[("code", &long), ("tail", "")])).await.with(422);
}

#[tokio::test]
async fn on_the_spot_a_phrase_is_enough() {
    let town = town().await;
    let other = raised(&town.resident()).await;
    let shown = town.worker().opens(&format!("/requests/{other}")).await.with(200).body;
    for phrase in ["已清理干净", "需要专业单位来办"] {
        let button = format!("name=\"preset\" value=\"{phrase}\" formnovalidate");
        assert!(shown.contains(&button), "one press sends it: {shown}");
    }
    let pressed = form(&[("note", ""), ("preset", "需要专业单位来办")]);
    let led = town.worker().posts(&format!("/requests/{other}/escalation"), &pressed).await;
    let page = town.worker().opens(led.with(303).leads_to()).await.with(200).body;
    assert!(page.contains("需要专业单位来办") && page.contains("已上报。"), "{page}");
    let id = raised(&town.resident()).await;
    let chosen = form(&[("note", ""), ("preset", "已清理干净")]);
    let path = format!("/requests/{id}/resolution");
    let led = town.worker().posts(&path, &chosen).await.with(303).leads_to().to_owned();
    let page = town.worker().opens(&led).await.with(200).body;
    assert!(page.contains("已清理干净") && page.contains("已报告办好，等居民确认。"), "{page}");
    let again = town.worker().opens(&path).await.with(303);
    assert_eq!(again.leads_to(), format!("/requests/{id}"), "the address of a form leads back");
}

#[tokio::test]
async fn a_building_head_writes_for_a_neighbour_who_takes_it_over_with_the_receipt() {}

#[tokio::test]
async fn a_question_and_a_wish_for_time_stand_where_they_are_answered() {
    let town = town().await;
    let id = raised(&town.resident()).await;
    let path = format!("/requests/{id}");
    let question = json!({ "note": "是几单元的灯？" });
    let asked = [("worker", "acceptance", json!({})), ("worker", "question", question)];
    goes(&town, &id, &asked).await;
    let own = town.resident().opens(&path).await.with(200).body;
    let form = own.split("id=\"act-answer\"").nth(1).expect("it can be answered");
    let form = form.split("</form>").next().unwrap();
    assert!(form.starts_with(" open") && form.contains("是几单元的灯？"), "{form}");
    assert!(own.contains("等您答复") && !own.contains("等居民答复"), "{own}");
    assert!(town.resident().opens("/mine").await.body.contains("等您答复"));
    let others = town.worker().opens(&path).await.with(200).body;
    assert!(others.contains("等居民答复"), "{others}");
    let receipt = town.resident().opens(&format!("{path}/receipt")).await.with(200).body;
    assert!(!receipt.contains("当场解决或上报派单"), "{receipt}");

    let id = raised(&town.resident()).await;
    goes(&town, &id, &handling()).await;
    let more = json!({ "days": 3, "note": "要等配件到货" });
    goes(&town, &id, &[("property", "extension", more)]).await;
    let desk = format!("/desk?stage=all&request={id}");
    let page = town.officer().opens(&desk).await.with(200).body;
    let form = page.split("id=\"act-extension-decision\"").nth(1).expect("it can be decided");
    let form = form.split("</form>").next().unwrap();
    for part in ["3 个工作日", "要等配件到货", "name=\"granted\" value=\"false\""] {
        assert!(form.contains(part), "{part}: {form}");
    }
    assert!(page.contains(&format!("&request={id}#chosen")) && page.contains("最新的在前"));
    let print = town.officer().opens(&format!("/requests/{id}/print")).await.with(200).body;
    let (first, last) = (print.find("已收到诉求").unwrap(), print.find("单位申请延期").unwrap());
    assert!(first < last && !print.contains("今天"), "paper tells whole dates in order: {print}");
}

#[tokio::test]
async fn a_search_that_finds_nothing_says_so_and_is_cleared() {
    let town = town().await;
    let page = town.officer().opens("/desk?stage=all&q=%E9%A3%9E%E7%A2%9F").await.with(200).body;
    assert!(page.contains("没有找到含“飞碟”的诉求") && page.contains("清除"), "{page}");
}

#[tokio::test]
async fn plates_are_for_those_who_hang_them_up() {
    let town = town().await;
    let offers = |page: Answer| page.with(200).body.contains("/plate\"");
    let path = format!("/a/{BUILDING}");
    assert!(offers(town.worker().opens(&path).await));
    assert!(offers(town.administrator().opens(&path).await));
    assert!(offers(town.administrator().opens(&format!("/areas?under={BUILDING}")).await));
    assert!(!offers(town.resident().opens(&path).await));
    assert!(!offers(town.guest().opens(&path).await));
}

#[tokio::test]
async fn a_building_head_writes_for_a_neighbour_who_finds_it_in_their_account() {
    let town = town().await;
    let neighbour = [
        ("area", BUILDING),
        ("category", "sanitation"),
        ("text", "替三楼的老人反映楼道垃圾"),
        ("for_other", "1"),
        ("name", "李大爷"),
        ("phone", "10000001002"),
    ];
    let (id, receipt) = raises(&town.head(), &neighbour, &[]).await;
    let neighbour_account = town.second_resident();
    assert!(!neighbour_account.opens("/mine").await.body.contains(&id), "a phone proves nobody");
    let code = code_on(&receipt);
    let shown = form(&[("code", &code), ("tail", "1002")]);
    neighbour_account.posts("/mine", &shown).await.with(303);
    assert!(neighbour_account.opens("/mine").await.body.contains(&id));
    town.resident().posts_files("/requests", &neighbour, &[]).await.with(403);
}

#[tokio::test]
async fn every_figure_of_the_overview_opens_a_list_of_that_length() {
    let town = town().await;
    for _ in 0..3 {
        raised(&town.resident()).await;
    }
    let done = raised(&town.resident()).await;
    let note = json!({ "note": "done" });
    does(&town.worker(), &done, "resolution", note).await.with(200);
    town.passes(jiff::SignedDuration::from_hours(30));
    let officer = town.street_officer();
    let page = officer.opens("/overview").await.with(200).body;
    let mut seen = 0;
    for figure in page.split("class=\"figure ").skip(1) {
        let path = figure.split("href=\"").nth(1).unwrap().split('"').next().unwrap();
        let number = figure.split("<b>").nth(1).unwrap().split('<').next().unwrap();
        let list = officer.opens(&path.replace("&amp;", "&").replace("&#38;", "&")).await.with(200);
        let lines = list.body.matches("data-row").count();
        assert_eq!(number, lines.to_string(), "{path}");
        seen += 1;
    }
    assert_eq!(seen, 6);
}

#[tokio::test]
async fn photos_of_the_work_are_not_read_of_whoever_may_not_see_it() {
    let town = town().await;
    let id = raised(&town.resident()).await;
    let path = format!("/requests/{id}/resolution");
    // No picture at all: to be told so, one would have to be heard.
    let file: &[(&str, &str, &[u8])] = &[("photos", "a.png", b"no picture")];
    let fields = [("note", "已修好。")];
    for who in [town.neighbour(), town.second_resident(), town.auditor()] {
        who.posts_files(&path, &fields, file).await.with(404);
    }
    town.worker().posts_files(&path, &fields, file).await.with(422);
    let photo = photo();
    let file: &[(&str, &str, &[u8])] = &[("photos", "a.png", &photo)];
    town.worker().posts_files(&path, &fields, file).await.with(303);
}

#[tokio::test]
async fn a_list_says_how_long_it_is_and_is_narrowed_to_a_unit() {
    let town = town().await;
    let ids: Vec<String> = {
        let mut ids = Vec::new();
        for _ in 0..52 {
            ids.push(raised(&town.resident()).await);
            town.passes(jiff::SignedDuration::from_mins(10));
        }
        ids
    };
    let officer = town.officer();
    let says =
        async |query: &str| officer.opens(&format!("/requests?{query}")).await.with(200).body;
    let all = says("").await;
    assert!(all.contains("<h1>全部诉求</h1>") && all.contains("<b>共 52 件</b>"), "{all}");
    assert!(all.find("导出 Excel") < all.find("role=\"search\""), "the tools are at the top");
    assert!(says("stage=open").await.contains("共 52 件"));
    assert!(says("stage=closed").await.contains("共 0 件"));
    assert!(says("category=sanitation").await.contains("50 件以上"), "a search is not counted");
    goes(&town, &ids[0], &handling()).await;
    goes(&town, &ids[1], &[("worker", "rejection", json!({ "note": "找物业。" }))]).await;
    assert!(says("stage=open").await.contains("共 51 件"));
    let unit = says(&format!("unit={PROPERTY}")).await;
    assert!(
        unit.contains("共 1 件") && unit.contains(&ids[0]) && !unit.contains(&ids[1]),
        "{unit}"
    );
    let sought = says(&format!("unit={PROPERTY}&q=楼道")).await;
    assert_eq!(sought.matches("data-row").count(), 1, "{sought}");
    let nothing = says(&format!("unit={}", crate::town::WATER)).await;
    assert!(nothing.contains("没有找到"), "{nothing}");
    let unknown = town.officer().calls("GET", "/requests?unit=x", json!({})).await.with(422).json();
    assert_eq!(unknown["errors"][0]["reason"], "没有这个单位。", "{unknown}");
    // Whoever works for another unit does not learn what this one has.
    let other = town.water().calls("GET", &format!("/requests?unit={PROPERTY}"), json!({})).await;
    assert_eq!(other.with(200).json()["items"], json!([]));
    let office = town.officer().opens("/office").await.with(200).body;
    assert!(office.contains(">全部诉求<"), "{office}");
}

#[tokio::test]
async fn a_phone_shows_at_most_four_entries() {
    let town = town().await;
    for (name, _) in crate::town::Town::staff() {
        let page = town.person(name).opens("/account").await.with(200).body;
        let bar = page.split("class=\"tabs").nth(1).unwrap().split("</nav>").next().unwrap();
        assert!(bar.matches("<li>").count() <= 4, "{name}: {bar}");
        assert!(page.contains("href=\"/mine\""), "what they ask for themselves: {name}");
    }
}
