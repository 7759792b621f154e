//! The form that comes back with the question whether it is the same: whatever is answered, nothing
//! that was written and no photo is lost, and no neighbour reads it.

use crate::api_story::{closed, goes, raised, sees, town};
use crate::neighbours::supporters_of;
use crate::town::{BUILDING, Person, Town, form};

/// Ten by ten pixels of one colour.
fn photo() -> Vec<u8> {
    let mut bytes = std::io::Cursor::new(Vec::new());
    image::RgbImage::from_pixel(10, 10, image::Rgb([12, 90, 160]))
        .write_to(&mut bytes, image::ImageFormat::Png)
        .unwrap();
    bytes.into_inner()
}

/// What the form with this button sends.
fn hidden(page: &str, button: &str) -> Vec<(String, String)> {
    let of_form = page.split("<form").find(|form| form.contains(button)).unwrap();
    let of_form = of_form.split("</form>").next().unwrap();
    let field = |field: &str| {
        let (name, rest) = field.split_once("\" value=\"").unwrap();
        (name.to_owned(), rest.split('"').next().unwrap().to_owned())
    };
    of_form.split("<input type=\"hidden\" name=\"").skip(1).map(field).collect()
}

async fn sends(person: &Person, fields: &[(String, String)]) -> String {
    let pairs: Vec<_> = fields.iter().map(|(a, b)| (a.as_str(), b.as_str())).collect();
    let sent = person.posts_bare("/requests", &form(&pairs)).await.with(303);
    sent.leads_to().to_owned()
}

/// A guest who was asked whether it is the same: they and the question.
async fn asked(town: &Town) -> (Person, String) {
    let photo = photo();
    let fields = [
        ("area", BUILDING),
        ("category", "sanitation"),
        ("text", "三楼楼道里堆着装修垃圾没人管"),
        ("place", "1单元"),
        ("phone", "100 0000 9999"),
    ];
    let guest = town.guest();
    let files: &[(&str, &str, &[u8])] = &[("photos", "a.png", &photo)];
    let asked = guest.posts_files("/requests", &fields, files).await.with(200).body;
    (guest, asked)
}

#[tokio::test]
async fn a_form_comes_back_once_and_nothing_is_lost() {
    let town = town().await;
    raised(&town.resident()).await;
    let (guest, asked) = asked(&town).await;
    assert!(asked.contains("是不是同一件事") && asked.contains("我也反映"), "{asked}");
    for secret in ["2单元301", "resident", "侧着身子"] {
        assert!(!asked.contains(secret), "{secret}");
    }
    assert_eq!(town.officer().opens("/requests").await.body.matches("data-row").count(), 1);
    // The form that it comes back with sends the same, with its photo.
    let fields = hidden(&asked, "不是同一件，提交");
    let receipt = sends(&guest, &fields).await;
    let page = guest.opens(&receipt).await.with(200).body;
    assert!(page.contains("没人管") && page.contains("<img"), "{page}");
}

#[tokio::test]
async fn whoever_joins_with_words_and_photos_loses_none_and_no_neighbour_reads_them() {
    let town = town().await;
    let id = raised(&town.resident()).await;
    let (guest, asked) = asked(&town).await;
    assert!(asked.contains("您写的和照片一并交给办理的人"), "{asked}");
    let fields = hidden(&asked, "是这件，我也反映");
    let receipt = sends(&guest, &fields).await;
    let page = guest.opens(&receipt).await.with(200).body;
    for kept in ["没人管", "<img", "1单元", "合并办理", "受理码"] {
        assert!(page.contains(kept), "{kept}: {page}");
    }
    // Whoever works on it reads it beside the other, with its photo.
    let desk = town.officer().opens(&format!("/requests/{id}")).await.body;
    let own = receipt.trim_end_matches("/receipt");
    assert!(desk.contains(&format!("href=\"{own}\"")), "{desk}");
    let read = town.officer().opens(own).await.with(200).body;
    assert!(read.contains("没人管") && read.contains("<img"), "{read}");
    assert_eq!(supporters_of(&town, &id).await, 1);
    // The asker hears that somebody joined, and reads none of it.
    let story = town.resident().opens(&format!("/requests/{id}")).await.body;
    assert!(story.contains("并入了一件同类诉求") && story.contains("1 位邻居"), "{story}");
    assert!(!story.contains("没人管") && !story.contains("1单元"), "{story}");
    town.resident().opens(own).await.with(404);
    // It is nobody's answer to it: the first act of somebody in office still counts.
    let id = own.trim_start_matches("/requests/");
    assert_eq!(sees(&town.officer(), id).await["ending"], "merged");
}

#[tokio::test]
async fn a_form_that_cannot_be_joined_comes_back_with_all_of_it() {
    let town = town().await;
    let id = raised(&town.resident()).await;
    let (guest, asked) = asked(&town).await;
    goes(&town, &id, &closed()).await;
    let fields = hidden(&asked, "是这件，我也反映");
    let pairs: Vec<_> = fields.iter().map(|(a, b)| (a.as_str(), b.as_str())).collect();
    let back = guest.posts_bare("/requests", &form(&pairs)).await.with(422).body;
    for kept in ["已经办结，不能再加入", "没人管", "1单元", "前面选的照片还在"]
    {
        assert!(back.contains(kept), "{kept}: {back}");
    }
}

#[tokio::test]
async fn who_raises_their_own_again_is_shown_it_and_may_add_to_it() {
    let town = town().await;
    let id = raised(&town.resident()).await;
    let resident = town.resident();
    let text = "三楼楼道里堆着装修垃圾，又多了";
    let fields = form(&[("area", BUILDING), ("category", "sanitation"), ("text", text)]);
    let asked = resident.posts("/requests", &fields).await.with(200).body;
    assert!(asked.contains("您自己已报过这一件") && asked.contains("催一催"), "{asked}");
    assert!(asked.contains(&format!("href=\"/requests/{id}\"")), "{asked}");
    assert!(!asked.contains("我也反映"), "{asked}");
    let receipt = sends(&resident, &hidden(&asked, "把写的补充到这一件")).await;
    resident.opens(&receipt).await.with(200);
    assert_eq!(supporters_of(&town, &id).await, 0);
    // The list of places begins with where they raised the last one.
    let page = resident.opens("/requests/new").await.with(200).body;
    assert!(page.contains(&format!("<option value=\"{BUILDING}\" selected")), "{page}");
    assert!(page.contains("按您上次反映的地点选好了"), "{page}");
    let empty = town.second_resident().opens("/requests/new").await.body;
    assert!(!empty.contains("selected"), "{empty}");
}
