//! What a file is, told by its first bytes alone: names and headers are the sender's word.

use image::ImageFormat;

use super::refused::Refused;

/// The three formats taken. HEIC is recognised so that it can be refused with advice.
pub(super) fn of(bytes: &[u8]) -> Result<ImageFormat, Refused> {
    if bytes.starts_with(b"\xff\xd8\xff") {
        return Ok(ImageFormat::Jpeg);
    }
    if bytes.starts_with(b"\x89PNG\r\n\x1a\n") {
        return Ok(ImageFormat::Png);
    }
    if bytes.starts_with(b"RIFF") && bytes.get(8..12) == Some(b"WEBP") {
        return Ok(ImageFormat::WebP);
    }
    if is_heic(bytes) { Err(Refused::Heic) } else { Err(Refused::NotAPicture) }
}

/// Scans over one JPEG. Cameras write one and careful programs ten; thousands of near-empty ones
/// would hold a processor for minutes.
const SCANS_MAX: usize = 50;

/// Walks a JPEG to its end. The decoder paints what is missing grey, which would pass for the
/// photo; we would rather ask for it again. Marker segments are skipped whole, so the end of a
/// preview inside one does not count.
pub(super) fn walk_jpeg(bytes: &[u8]) -> Result<(), Refused> {
    let (mut at, mut scans) = (2, 0);
    while let (Some(&mark), Some(&code)) = (bytes.get(at), bytes.get(at + 1)) {
        // Between segments, and within the coded picture, only FF followed by a code is a marker:
        // 00 stuffs a byte, FF fills, D0 to D7 restart, 01 stands alone.
        if mark != 0xff || code == 0xff {
            at += 1;
            continue;
        }
        match code {
            0xd9 => return Ok(()),
            0x00 | 0x01 | 0xd0..=0xd8 => at += 2,
            _ => {
                scans += usize::from(code == 0xda);
                if scans > SCANS_MAX {
                    return Err(Refused::Bomb);
                }
                let length = bytes.get(at + 2..at + 4).ok_or(Refused::Damaged)?;
                at += 2 + usize::from(u16::from_be_bytes([length[0], length[1]])).max(2);
            }
        }
    }
    Err(Refused::Damaged)
}

/// The ISO container of an iPhone's photos, by its main brand.
fn is_heic(bytes: &[u8]) -> bool {
    const BRANDS: [&[u8]; 9] =
        [b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"heif", b"mif1", b"msf1"];
    bytes.get(4..8) == Some(b"ftyp") && bytes.get(8..12).is_some_and(|it| BRANDS.contains(&it))
}
