//! Photos, with real bytes: what is taken and how it is kept, what is refused, and no hostile file
//! brings anything down.

use std::io::{Cursor, Write as _};

use axum::body::Bytes;
use flate2::Compression;
use flate2::write::ZlibEncoder;
use image::codecs::jpeg::JpegEncoder;
use image::codecs::webp::WebPEncoder;
use image::{DynamicImage, ExtendedColorType, ImageFormat, Rgb, RgbImage, Rgba, RgbaImage};
use proptest::prelude::*;
use server::files::{BYTES_MAX, Photo, Refused, RefusedPhoto, read_photos};

const RED: Rgb<u8> = Rgb([200, 30, 30]);
const BLUE: Rgb<u8> = Rgb([30, 30, 200]);

/// Left half red, right half blue: shows how it has been turned.
fn halves(width: u32, height: u32) -> RgbImage {
    RgbImage::from_fn(width, height, |x, _| if x < width / 2 { RED } else { BLUE })
}

/// Something with detail, so that the encoders have work to do.
fn scene(width: u32, height: u32) -> RgbImage {
    let byte = |value: u32| u8::try_from(value % 256).unwrap();
    RgbImage::from_fn(width, height, |x, y| {
        Rgb([byte(x / 3 + y), byte(x * y / 97), byte((x ^ y) / 2)])
    })
}

fn jpeg(picture: &RgbImage) -> Vec<u8> {
    let mut bytes = Vec::new();
    JpegEncoder::new_with_quality(&mut bytes, 90).encode_image(picture).unwrap();
    bytes
}

fn encoded(picture: impl Into<DynamicImage>, format: ImageFormat) -> Vec<u8> {
    let mut bytes = Cursor::new(Vec::new());
    picture.into().write_to(&mut bytes, format).unwrap();
    bytes.into_inner()
}

/// An EXIF block in an APP1 segment: the orientation, and a GPS directory with a latitude.
fn with_exif(jpeg: &[u8], orientation: u8) -> Vec<u8> {
    let mut tiff = b"MM\0\x2a\0\0\0\x08\0\x02".to_vec();
    tiff.extend([0x01, 0x12, 0, 3, 0, 0, 0, 1, 0, orientation, 0, 0]);
    tiff.extend([0x88, 0x25, 0, 4, 0, 0, 0, 1, 0, 0, 0, 38, 0, 0, 0, 0]);
    tiff.extend([0, 1, 0, 1, 0, 2, 0, 0, 0, 2, b'N', 0, 0, 0, 0, 0, 0, 0]);
    tiff.extend(b"GPS 36.18N 118.17E");
    let mut segment = b"Exif\0\0".to_vec();
    segment.extend(tiff);
    let length = u16::try_from(segment.len() + 2).unwrap().to_be_bytes();
    [&jpeg[..2], b"\xff\xe1", &length, &segment, &jpeg[2..]].concat()
}

fn png_chunk(name: [u8; 4], data: &[u8]) -> Vec<u8> {
    let named = [name.as_slice(), data].concat();
    let mut crc = flate2::Crc::new();
    crc.update(&named);
    let length = u32::try_from(data.len()).unwrap().to_be_bytes();
    [&length[..], &named, &crc.sum().to_be_bytes()].concat()
}

/// A PNG that claims these pixels and holds a few zero bytes, well packed.
fn png_claiming(width: u32, height: u32, depth: u8, colour: u8) -> Vec<u8> {
    let mut zlib = ZlibEncoder::new(Vec::new(), Compression::best());
    zlib.write_all(&[0; 4096]).unwrap();
    let sides = [width.to_be_bytes(), height.to_be_bytes()].concat();
    let header = [&sides[..], &[depth, colour, 0, 0, 0]].concat();
    [
        b"\x89PNG\r\n\x1a\n".to_vec(),
        png_chunk(*b"IHDR", &header),
        png_chunk(*b"IDAT", &zlib.finish().unwrap()),
        png_chunk(*b"IEND", b""),
    ]
    .concat()
}

/// A grey 8×8 JPEG in four inks, as a print shop's program writes it.
fn inks() -> Vec<u8> {
    let mut bytes = b"\xff\xd8\xff\xee\0\x0eAdobe\0\x64\0\0\0\0\0".to_vec();
    bytes.extend(b"\xff\xdb\0\x43\0");
    bytes.extend([1; 64]);
    bytes.extend(b"\xff\xc0\0\x14\x08\0\x08\0\x08\x04");
    bytes.extend([1, 0x11, 0, 2, 0x11, 0, 3, 0x11, 0, 4, 0x11, 0]);
    for class in [0x00, 0x10] {
        bytes.extend([0xff, 0xc4, 0, 20, class, 1]);
        bytes.extend([0; 16]);
    }
    bytes.extend(b"\xff\xda\0\x0e\x04\x01\0\x02\0\x03\0\x04\0\0\x3f\0");
    bytes.extend(b"\0\xff\xd9");
    bytes
}

fn riff(name: [u8; 4], data: &[u8]) -> Vec<u8> {
    let length = u32::try_from(data.len()).unwrap().to_le_bytes();
    let padding = vec![0; data.len() % 2];
    [name.as_slice(), &length, data, &padding].concat()
}

/// Two frames, the first red and the second blue.
fn animated_webp(width: u32, height: u32) -> Vec<u8> {
    let three = |value: u32| value.to_le_bytes()[..3].to_vec();
    let frame = |colour| {
        let mut still = Vec::new();
        let picture = RgbImage::from_pixel(width, height, colour);
        WebPEncoder::new_lossless(&mut still)
            .encode(picture.as_raw(), width, height, ExtendedColorType::Rgb8)
            .unwrap();
        let place = [three(0), three(0), three(width - 1), three(height - 1), three(100), vec![0]];
        riff(*b"ANMF", &[place.concat(), still[12..].to_vec()].concat())
    };
    let canvas = [vec![0b10, 0, 0, 0], three(width - 1), three(height - 1)].concat();
    let body = [
        b"WEBP".to_vec(),
        riff(*b"VP8X", &canvas),
        riff(*b"ANIM", &[255, 255, 255, 255, 0, 0]),
        frame(RED),
        frame(BLUE),
    ];
    riff(*b"RIFF", &body.concat())
}

fn seen(jpeg: &[u8]) -> RgbImage {
    image::load_from_memory_with_format(jpeg, ImageFormat::Jpeg).unwrap().into_rgb8()
}

#[track_caller]
fn assert_near(found: Rgb<u8>, wanted: Rgb<u8>) {
    let far = found.0.iter().zip(wanted.0).any(|(a, b)| a.abs_diff(b) > 12);
    assert!(!far, "{found:?} is not {wanted:?}");
}

fn contains(bytes: &[u8], word: &[u8]) -> bool {
    bytes.windows(word.len()).any(|it| it == word)
}

#[test]
fn a_large_photo_is_kept_small_with_a_thumbnail() {
    let sent = jpeg(&scene(3000, 2000));
    let photo = Photo::read(&sent).unwrap();
    assert_eq!((photo.width(), photo.height()), (1600, 1067));
    assert_eq!(seen(photo.picture()).dimensions(), (1600, 1067));
    assert_eq!(seen(photo.thumbnail()).dimensions(), (320, 213));
    assert!(photo.thumbnail().len() <= 15_000, "{}", photo.thumbnail().len());
    assert_eq!(photo.hash().len(), 64);
    assert_eq!(photo, Photo::read(&sent).unwrap());
    assert_ne!(photo.hash(), Photo::read(&jpeg(&scene(300, 200))).unwrap().hash());
}

#[test]
fn a_small_or_thin_photo_is_never_enlarged_nor_lost() {
    for (width, height) in [(1, 1), (7, 3), (1600, 1), (320, 1600)] {
        let photo = Photo::read(&encoded(scene(width, height), ImageFormat::Png)).unwrap();
        assert_eq!((photo.width(), photo.height()), (width, height));
    }
    let thread = Photo::read(&encoded(scene(40_000, 1), ImageFormat::Png)).unwrap();
    assert_eq!((thread.width(), thread.height()), (1600, 1));
    assert_eq!(seen(thread.thumbnail()).dimensions(), (320, 1));
}

#[test]
fn nothing_tells_where_a_photo_was_taken() {
    let sent = with_exif(&jpeg(&halves(64, 32)), 1);
    assert!(contains(&sent, b"Exif") && contains(&sent, b"GPS"));
    let photo = Photo::read(&sent).unwrap();
    for kept in [photo.picture(), photo.thumbnail()] {
        for word in [b"Exif".as_slice(), b"GPS", b"118.17E", b"\xff\xe1"] {
            assert!(!contains(kept, word), "{word:?} is kept");
        }
    }
}

#[test]
fn every_orientation_is_set_upright() {
    let sent = jpeg(&halves(64, 32));
    let plain = Photo::read(&with_exif(&sent, 1)).unwrap();
    assert_eq!((plain.width(), plain.height()), (64, 32));
    assert_near(*seen(plain.picture()).get_pixel(4, 16), RED);

    // Held upright, the camera's left is the top (6) or the bottom (8).
    for (orientation, top) in [(6, RED), (8, BLUE)] {
        let turned = Photo::read(&with_exif(&sent, orientation)).unwrap();
        assert_eq!((turned.width(), turned.height()), (32, 64));
        assert_near(*seen(turned.picture()).get_pixel(16, 4), top);
        assert_eq!(seen(turned.thumbnail()).dimensions(), (32, 64));
    }
    let upside_down = Photo::read(&with_exif(&sent, 3)).unwrap();
    assert_near(*seen(upside_down.picture()).get_pixel(4, 16), BLUE);
    // An orientation that does not exist leaves the photo as it is.
    assert_eq!(Photo::read(&with_exif(&sent, 77)).unwrap(), plain);
}

#[test]
fn what_is_transparent_lies_on_white() {
    let glass = RgbaImage::from_pixel(40, 40, Rgba([0, 0, 0, 0]));
    let half = RgbaImage::from_pixel(40, 40, Rgba([0, 0, 0, 128]));
    for format in [ImageFormat::Png, ImageFormat::WebP] {
        let photo = Photo::read(&encoded(glass.clone(), format)).unwrap();
        assert_near(*seen(photo.picture()).get_pixel(20, 20), Rgb([255, 255, 255]));
        let photo = Photo::read(&encoded(half.clone(), format)).unwrap();
        assert_near(*seen(photo.picture()).get_pixel(20, 20), Rgb([127, 127, 127]));
    }
}

#[test]
fn every_kind_of_colour_is_read() {
    let red = RgbImage::from_pixel(40, 40, RED);
    let deep = DynamicImage::ImageRgb8(red.clone());
    let kinds = [
        encoded(red.clone(), ImageFormat::Png),
        encoded(red.clone(), ImageFormat::WebP),
        encoded(red, ImageFormat::Jpeg),
        encoded(deep.to_rgb16(), ImageFormat::Png),
        encoded(deep.to_rgba16(), ImageFormat::Png),
    ];
    for kind in kinds {
        assert_near(*seen(Photo::read(&kind).unwrap().picture()).get_pixel(20, 20), RED);
    }
    let grey = image::GrayImage::from_pixel(40, 40, image::Luma([90]));
    for kind in [ImageFormat::Png, ImageFormat::Jpeg] {
        let photo = Photo::read(&encoded(grey.clone(), kind)).unwrap();
        assert_near(*seen(photo.picture()).get_pixel(20, 20), Rgb([90, 90, 90]));
    }
    let printed = Photo::read(&inks()).unwrap();
    let Rgb([red, green, blue]) = *seen(printed.picture()).get_pixel(4, 4);
    assert!(red.abs_diff(green) < 8 && green.abs_diff(blue) < 8);
}

#[test]
fn of_an_animation_the_first_frame_is_kept() {
    let photo = Photo::read(&animated_webp(32, 16)).unwrap();
    assert_eq!((photo.width(), photo.height()), (32, 16));
    assert_near(*seen(photo.picture()).get_pixel(16, 8), RED);
}

#[test]
fn what_is_no_photo_is_refused_by_its_content() {
    let not_pictures: [&[u8]; 10] = [
        b"",
        b"\xff",
        b"%PDF-1.7 photo.jpg",
        b"<!doctype html><img src=x>",
        b"plain words",
        b"<svg xmlns='http://www.w3.org/2000/svg'/>",
        b"GIF89a\x01\0\x01\0\0\0\0;",
        b"\0\0\0\x1cftypavif\0\0\0\0",
        b"\0\0\0\x14ftypqt  \0\0\0\0",
        b"RIFF\x24\0\0\0WAVEfmt ",
    ];
    for bytes in not_pictures {
        assert_eq!(Photo::read(bytes), Err(Refused::NotAPicture), "{bytes:?}");
    }
    assert_eq!(Photo::read(b"\0\0\0\x18ftypheic\0\0\0\0mif1heic"), Err(Refused::Heic));
    assert_eq!(Photo::read(b"\0\0\0\x18ftypmif1\0\0\0\0mif1heic"), Err(Refused::Heic));
    assert_eq!(Photo::read(&vec![0xff; BYTES_MAX + 1]), Err(Refused::TooLarge));
}

#[test]
fn a_bomb_is_refused_before_it_is_unpacked() {
    assert_eq!(Photo::read(&png_claiming(60_000, 60_000, 8, 2)), Err(Refused::Bomb));
    assert_eq!(Photo::read(&png_claiming(8_000, 6_251, 8, 0)), Err(Refused::Bomb));
    // Few pixels, but eight bytes each.
    assert_eq!(Photo::read(&png_claiming(7_000, 7_000, 16, 6)), Err(Refused::Bomb));
    // Within the limits, and yet there is nothing behind the claim.
    assert_eq!(Photo::read(&png_claiming(500, 400, 8, 2)), Err(Refused::Damaged));

    let mut wide = jpeg(&scene(16, 16));
    let header = wide.windows(2).position(|it| it == b"\xff\xc0").unwrap();
    wide[header + 5..header + 9].fill(0xff);
    assert_eq!(Photo::read(&wide), Err(Refused::Bomb));

    // One scan is drawn over and over: small to send, long to draw.
    let still = inks();
    let scan = still.windows(2).position(|it| it == b"\xff\xda").unwrap();
    let (head, scan) = (&still[..scan], &still[scan..still.len() - 2]);
    let again = [head, &scan.repeat(51), b"\xff\xd9"].concat();
    assert_eq!(Photo::read(&again), Err(Refused::Bomb));
}

#[test]
fn a_photo_cut_off_anywhere_is_damaged() {
    let picture = scene(120, 90);
    let exif = with_exif(&jpeg(&picture), 6);
    let png = encoded(picture.clone(), ImageFormat::Png);
    // The last chunk of a PNG holds no pixel.
    let png_needed = png.len() - 16;
    let webp = encoded(picture, ImageFormat::WebP);
    for (whole, needed) in [(&exif, exif.len()), (&png, png_needed), (&webp, webp.len() - 8)] {
        assert!(Photo::read(whole).is_ok());
        for length in (0..needed).step_by(97) {
            let cut = Photo::read(&whole[..length]);
            let wanted = if length == 0 { Refused::NotAPicture } else { Refused::Damaged };
            assert_eq!(cut, Err(wanted), "{length} of {} bytes", whole.len());
        }
    }
    assert_eq!(Photo::read(&exif[..exif.len() - 2]), Err(Refused::Damaged));
    // Phones append their own data after the end.
    assert!(Photo::read(&[&exif[..], b"maker's notes"].concat()).is_ok());
}

#[test]
fn every_refusal_speaks_both_languages() {
    for refused in Refused::ALL {
        let (zh, en) = refused.phrase();
        assert!(zh.ends_with('。') && !zh.contains("  "), "{zh}");
        assert!(en.ends_with('.') && !en.contains("  "), "{en}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_photos_of_a_request_are_taken_together_or_not_at_all() {
    let good = Bytes::from(jpeg(&scene(64, 48)));
    assert_eq!(read_photos(vec![good.clone(); 5]).await.unwrap().len(), 5);
    assert_eq!(read_photos(Vec::new()).await, Ok(Vec::new()));
    let one_bad = vec![good.clone(), Bytes::from_static(b"%PDF"), good.clone()];
    let refused = RefusedPhoto { index: 1, why: Refused::NotAPicture };
    assert_eq!(read_photos(one_bad).await, Err(refused));
    let refused = RefusedPhoto { index: 5, why: Refused::TooMany };
    assert_eq!(read_photos(vec![good; 6]).await, Err(refused));
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: 200,
        failure_persistence: None,
        ..Default::default()
    })]

    #[test]
    fn no_altered_file_brings_anything_down(
        which in 0_usize..5,
        changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..12),
    ) {
        let mut bytes = match which {
            0 => with_exif(&jpeg(&scene(40, 30)), 6),
            1 => encoded(scene(40, 30), ImageFormat::Png),
            2 => encoded(scene(40, 30), ImageFormat::WebP),
            3 => animated_webp(32, 16),
            _ => inks(),
        };
        for (at, byte) in changes {
            let at = at.index(bytes.len());
            bytes[at] = byte;
        }
        // Whatever is taken is a sound photo; whatever is not is refused in words.
        if let Ok(photo) = Photo::read(&bytes) {
            prop_assert_eq!(seen(photo.picture()).dimensions(), (photo.width(), photo.height()));
            prop_assert!(photo.width().max(photo.height()) <= 1600);
        }
    }

    #[test]
    fn no_noise_brings_anything_down(
        start in prop::sample::select(vec![
            b"\xff\xd8\xff".to_vec(),
            b"\x89PNG\r\n\x1a\n".to_vec(),
            b"RIFF\x40\0\0\0WEBPVP8 ".to_vec(),
            b"RIFF\x40\0\0\0WEBPVP8X".to_vec(),
        ]),
        noise in prop::collection::vec(any::<u8>(), 0..400),
    ) {
        let _ = Photo::read(&[start, noise].concat());
    }
}
