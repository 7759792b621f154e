//! Photos in a real folder: kept once, found, checked, swept, and failures told in a sentence.

use std::cell::Cell;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, UNIX_EPOCH};

use image::{ImageFormat, Rgb, RgbImage};
use jiff::Timestamp;
use server::files::{Failure, Files, PHOTOS_FREE_MIN, Photo, Room, Size, room};

/// A folder of this test's own, not there yet.
fn folder(name: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("files-{name}"));
    let _ = fs::remove_dir_all(&folder);
    folder
}

fn open(folder: &Path) -> Files {
    Files::open(folder.to_str().unwrap(), []).unwrap()
}

fn photo(grey: u8) -> Photo {
    let mut bytes = std::io::Cursor::new(Vec::new());
    let picture = RgbImage::from_pixel(400, 300, Rgb([grey; 3]));
    picture.write_to(&mut bytes, ImageFormat::Png).unwrap();
    Photo::read(bytes.get_ref()).unwrap()
}

/// Where the two pictures of a photo lie.
fn lies(folder: &Path, photo: &Photo) -> [PathBuf; 2] {
    let hash = photo.hash();
    let folder = folder.join("photos").join(&hash[..2]);
    [folder.join(format!("{hash}.jpg")), folder.join(format!("{hash}-320.jpg"))]
}

fn year(year: u16) -> Timestamp {
    format!("{year}-01-01T00:00:00Z").parse().unwrap()
}

const NONE: [&str; 0] = [];

#[tokio::test]
async fn what_is_put_is_found_under_its_hash() {
    let folder = folder("put");
    let files = open(&folder);
    let photo = photo(90);
    files.put(&photo).await.unwrap();
    files.put(&photo).await.unwrap();
    let [large, thumbnail] = lies(&folder, &photo);
    assert_eq!(fs::read(&large).unwrap(), photo.picture());
    assert_eq!(fs::read(thumbnail).unwrap(), photo.thumbnail());
    assert_eq!(fs::read_dir(large.parent().unwrap()).unwrap().count(), 2);
    let hash = photo.hash();
    assert_eq!(files.get(hash, Size::Large).await.unwrap().unwrap(), photo.picture());
    assert_eq!(files.get(hash, Size::Thumbnail).await.unwrap().unwrap(), photo.thumbnail());
    assert_eq!(open(&folder).list().await.unwrap(), [hash]);
}

#[tokio::test]
async fn what_is_not_there_or_no_hash_is_not_found() {
    let folder = folder("none");
    let files = open(&folder);
    fs::write(folder.join("secret.jpg"), "x").unwrap();
    for hash in ["", "..", "../secret", "é", &"A".repeat(64), &"0".repeat(63), &"0".repeat(64)] {
        assert_eq!(files.get(hash, Size::Large).await.unwrap(), None, "{hash}");
        assert!(!files.is_sound(hash).await.unwrap());
        files.delete(hash).await.unwrap();
    }
    assert_eq!(files.list().await.unwrap(), NONE);
}

#[tokio::test]
async fn a_changed_byte_is_noticed_and_putting_again_mends_it() {
    let folder = folder("rot");
    let files = open(&folder);
    let photo = photo(10);
    files.put(&photo).await.unwrap();
    assert!(files.is_sound(photo.hash()).await.unwrap());
    let [large, _] = lies(&folder, &photo);
    let mut bytes = fs::read(&large).unwrap();
    bytes[200] ^= 1;
    fs::write(&large, bytes).unwrap();
    assert!(!files.is_sound(photo.hash()).await.unwrap());
    files.put(&photo).await.unwrap();
    assert!(files.is_sound(photo.hash()).await.unwrap());
}

#[tokio::test]
async fn a_sweep_takes_old_orphans_alone() {
    let files = open(&folder("sweep"));
    assert_eq!(files.sweep(|_| false, year(2200)).await.unwrap(), NONE);
    let (kept, orphan) = (photo(1), photo(200));
    files.put(&kept).await.unwrap();
    files.put(&orphan).await.unwrap();
    let known = |hash: &str| hash == kept.hash();
    assert_eq!(files.sweep(known, year(2000)).await.unwrap(), NONE);
    assert_eq!(files.list().await.unwrap().len(), 2);
    assert_eq!(files.sweep(known, year(2200)).await.unwrap(), [orphan.hash()]);
    assert_eq!(files.list().await.unwrap(), [kept.hash()]);
    assert_eq!(files.get(orphan.hash(), Size::Thumbnail).await.unwrap(), None);
}

#[tokio::test]
async fn an_orphan_that_is_put_again_is_young() {
    let folder = folder("young");
    let files = open(&folder);
    let photo = photo(33);
    files.put(&photo).await.unwrap();
    for path in lies(&folder, &photo) {
        let file = fs::File::options().write(true).open(path).unwrap();
        file.set_modified(UNIX_EPOCH).unwrap();
    }
    files.put(&photo).await.unwrap();
    assert_eq!(files.sweep(|_| false, year(2000)).await.unwrap(), NONE);
    assert!(files.is_sound(photo.hash()).await.unwrap());
}

#[tokio::test]
async fn what_is_used_again_while_a_sweep_looks_is_kept() {
    let folder = folder("again");
    let files = open(&folder);
    let photo = photo(44);
    files.put(&photo).await.unwrap();
    let set_year = |year_put: u16| {
        for path in lies(&folder, &photo) {
            let file = fs::File::options().write(true).open(path).unwrap();
            let since_1970 = year(year_put).as_second().unsigned_abs();
            file.set_modified(UNIX_EPOCH + Duration::from_secs(since_1970)).unwrap();
        }
    };
    set_year(2001);
    // Unknown when first asked; by the second time its row is there.
    let asked = Cell::new(0);
    let known_late = |_: &str| asked.replace(asked.get() + 1) > 0;
    assert_eq!(files.sweep(known_late, year(2010)).await.unwrap(), NONE);
    // Old when first looked at; then somebody sends the same photo.
    let put_meanwhile = |_: &str| {
        set_year(2020);
        false
    };
    assert_eq!(files.sweep(put_meanwhile, year(2010)).await.unwrap(), NONE);
    assert_eq!(files.sweep(|_| false, year(2021)).await.unwrap(), [photo.hash()]);
}

#[tokio::test]
async fn a_folder_that_vanished_is_said_and_not_made_anew() {
    let folder = folder("vanished");
    let files = open(&folder);
    fs::remove_dir_all(&folder).unwrap();
    let failure = files.put(&photo(5)).await.unwrap_err();
    assert!(matches!(failure, Failure::Missing(_)), "{failure}");
    assert!(matches!(files.has_room(), Err(Failure::Missing(_))));
    assert!(matches!(files.list().await, Err(Failure::Missing(_))));
    assert!(matches!(files.get(&"0".repeat(64), Size::Large).await, Err(Failure::Missing(_))));
    assert!(!folder.exists());
    assert!(failure.phrase().0.contains("照片"));
}

#[test]
fn a_place_that_cannot_be_is_refused_in_words() {
    assert!(matches!(Files::open("", []), Err(Failure::BadPlace(_))));
    assert!(matches!(Files::open("ftp://somewhere", []), Err(Failure::BadPlace(_))));
    assert!(matches!(Files::open("/dev/null/photos", []), Err(Failure::Unreachable(_))));
    if !cfg!(feature = "s3") {
        let failure = Files::open("s3://photos/here", []).unwrap_err();
        assert!(failure.to_string().contains("feature s3"));
    }
}

#[test]
fn photos_stop_before_the_disk_is_full() {
    assert!(Room { free: PHOTOS_FREE_MIN, total: u64::MAX }.takes_photos());
    assert!(!Room { free: PHOTOS_FREE_MIN - 1, total: u64::MAX }.takes_photos());
    let here = room(Path::new(env!("CARGO_TARGET_TMPDIR"))).unwrap();
    assert!(here.free > 0 && here.free <= here.total);
    let files = open(&folder("room"));
    assert_eq!(files.has_room().unwrap(), here.takes_photos());
}

/// A handler may wait for any of these on any thread.
#[test]
fn every_answer_may_change_threads() {
    fn may_change_threads(_: impl Send) {}
    let (files, photo) = (open(&folder("send")), photo(0));
    may_change_threads(files.put(&photo));
    may_change_threads(files.get(photo.hash(), Size::Large));
    may_change_threads(files.list());
    may_change_threads(files.sweep(|_| true, year(2000)));
    may_change_threads(server::files::read_photos(Vec::new()));
}
