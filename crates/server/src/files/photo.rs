//! A photo as it is kept: upright, small, and without a word about where or by whom it was taken.

use std::fmt::Write as _;
use std::io::Cursor;
use std::panic::catch_unwind;

use image::codecs::jpeg::JpegEncoder;
use image::imageops::{self, FilterType};
use image::metadata::Orientation;
use image::{
    DynamicImage, ExtendedColorType, ImageDecoder, ImageError, ImageFormat, ImageReader, Limits,
    Rgb, RgbImage,
};
use sha2::{Digest, Sha256};

use super::kind;
use super::refused::Refused;

/// Bytes of a file as sent. Phones of today write 3 to 8 MB; a screenshot is under 5.
pub const BYTES_MAX: usize = 12 << 20;
/// Pixels a file may claim: the 48 of today's phone cameras fit.
pub const PIXELS_MAX: u64 = 50_000_000;
/// Photos in one request.
pub const PER_REQUEST_MAX: usize = 5;
/// Bytes that one decoded picture may take: 50 million pixels in four channels of a byte each.
const MEMORY_MAX: u64 = 4 * PIXELS_MAX;
/// Pixels along the long edge of what is kept: a house number is still readable.
const EDGE: u32 = 1600;
/// Pixels along the long edge of the thumbnail: a phone's column at twice the density.
const THUMBNAIL_EDGE: u32 = 320;
/// A photo of 1600 pixels at this quality takes 200 to 400 kB.
const QUALITY: u8 = 80;
/// A list of ten thumbnails stays under 150 kB.
const THUMBNAIL_BYTES_MAX: usize = 15_000;

/// A photo ready to be kept. Both pictures are JPEG without any metadata.
#[derive(Clone, PartialEq, Eq)]
pub struct Photo {
    hash: String,
    picture: Vec<u8>,
    thumbnail: Vec<u8>,
    width: u32,
    height: u32,
}

impl Photo {
    /// Reads a JPEG, PNG or WebP file (of an animation, the first frame): sets it upright, lays
    /// what is transparent on white, shrinks it, and encodes it anew, which leaves all metadata
    /// behind. Takes up to a second of processor time: see [`super::read_photos`].
    pub fn read(bytes: &[u8]) -> Result<Photo, Refused> {
        if bytes.len() > BYTES_MAX {
            return Err(Refused::TooLarge);
        }
        let format = kind::of(bytes)?;
        if format == ImageFormat::Jpeg {
            kind::walk_jpeg(bytes)?;
        }
        // A decoder that panics over hostile bytes is a damaged picture to us, not an outage.
        catch_unwind(|| develop(bytes, format)).unwrap_or(Err(Refused::Damaged))
    }

    /// SHA-256 of the picture as kept, in 64 lower-case hexadecimal digits.
    #[must_use]
    pub fn hash(&self) -> &str {
        &self.hash
    }

    /// The JPEG, at most 1600 pixels along its long edge.
    #[must_use]
    pub fn picture(&self) -> &[u8] {
        &self.picture
    }

    /// The JPEG, at most 320 pixels along its long edge, and 15 kB (pure noise: 27).
    #[must_use]
    pub fn thumbnail(&self) -> &[u8] {
        &self.thumbnail
    }

    /// Width of the picture, in pixels.
    #[must_use]
    pub fn width(&self) -> u32 {
        self.width
    }

    /// Height of the picture, in pixels.
    #[must_use]
    pub fn height(&self) -> u32 {
        self.height
    }
}

impl std::fmt::Debug for Photo {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Photo { hash, width, height, .. } = self;
        write!(f, "Photo({hash}, {width}×{height}, {} bytes)", self.picture.len())
    }
}

/// SHA-256 in lower-case hexadecimal.
#[must_use]
pub fn hash(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().fold(String::with_capacity(64), |mut hex, byte| {
        write!(hex, "{byte:02x}").expect("a string takes whatever is written to it");
        hex
    })
}

fn develop(bytes: &[u8], format: ImageFormat) -> Result<Photo, Refused> {
    let (decoded, orientation) = decode(bytes, format)?;
    let small = shrink(flatten(decoded), EDGE);
    // Turned after shrinking: the same picture for a tenth of the memory.
    let mut upright = DynamicImage::ImageRgb8(small);
    upright.apply_orientation(orientation);
    let upright = upright.into_rgb8();
    let (width, height) = upright.dimensions();
    let picture = encode(&upright, QUALITY);
    let thumbnail = thumbnail(upright);
    Ok(Photo { hash: hash(&picture), picture, thumbnail, width, height })
}

/// Decodes after the header has been believed capable of fitting.
fn decode(bytes: &[u8], format: ImageFormat) -> Result<(DynamicImage, Orientation), Refused> {
    let mut limits = Limits::default();
    limits.max_alloc = Some(MEMORY_MAX);
    let mut reader = ImageReader::with_format(Cursor::new(bytes), format);
    reader.limits(limits.clone());
    let mut decoder = reader.into_decoder().map_err(|error| refused(&error))?;
    let (width, height) = decoder.dimensions();
    if u64::from(width) * u64::from(height) > PIXELS_MAX {
        return Err(Refused::Bomb);
    }
    limits.reserve(decoder.total_bytes()).map_err(|error| refused(&error))?;
    // A photo whose metadata is broken is still a photo.
    let orientation = decoder.orientation().unwrap_or(Orientation::NoTransforms);
    let picture = DynamicImage::from_decoder(decoder).map_err(|error| refused(&error))?;
    Ok((picture, orientation))
}

fn refused(error: &ImageError) -> Refused {
    match error {
        ImageError::Limits(_) => Refused::Bomb,
        _ => Refused::Damaged,
    }
}

/// Lays the picture on white, as paper would show it.
fn flatten(picture: DynamicImage) -> RgbImage {
    if !picture.color().has_alpha() {
        return picture.into_rgb8();
    }
    let picture = picture.into_rgba8();
    let mut flat = RgbImage::new(picture.width(), picture.height());
    for (to, from) in flat.pixels_mut().zip(picture.pixels()) {
        let [red, green, blue, alpha] = from.0;
        *to = Rgb([over_white(red, alpha), over_white(green, alpha), over_white(blue, alpha)]);
    }
    flat
}

fn over_white(colour: u8, alpha: u8) -> u8 {
    let (colour, alpha) = (u16::from(colour), u16::from(alpha));
    let sum = (colour * alpha + 255 * (255 - alpha) + 127) / 255;
    u8::try_from(sum).expect("a mean of two bytes is a byte")
}

/// The picture with its long edge at most `edge` pixels; a smaller one stays as it is.
fn shrink(picture: RgbImage, edge: u32) -> RgbImage {
    let (width, height) = picture.dimensions();
    let long = width.max(height);
    if long <= edge {
        return picture;
    }
    let scaled = |side: u32| {
        let side = (u64::from(side) * u64::from(edge) + u64::from(long) / 2) / u64::from(long);
        u32::try_from(side).expect("it is no longer than the edge").max(1)
    };
    let (width, height) = (scaled(width), scaled(height));
    // The mean of whole blocks is as good from half size down, and needs no copy in floats.
    if long >= 2 * edge {
        imageops::thumbnail(&picture, width, height)
    } else {
        imageops::resize(&picture, width, height, FilterType::CatmullRom)
    }
}

/// The best of a few qualities that fits.
fn thumbnail(picture: RgbImage) -> Vec<u8> {
    let small = shrink(picture, THUMBNAIL_EDGE);
    let mut encoded = encode(&small, 75);
    for quality in [60, 45, 30, 15] {
        if encoded.len() <= THUMBNAIL_BYTES_MAX {
            break;
        }
        encoded = encode(&small, quality);
    }
    encoded
}

fn encode(picture: &RgbImage, quality: u8) -> Vec<u8> {
    let mut jpeg = Vec::new();
    let (width, height) = picture.dimensions();
    JpegEncoder::new_with_quality(&mut jpeg, quality)
        .encode(picture.as_raw(), width, height, ExtendedColorType::Rgb8)
        .expect("a picture within our edges fits a JPEG, and memory takes its bytes");
    jpeg
}
