//! Pictures for the requests of the seed, drawn by rule: a wall, a ground, and what is the matter.

use std::io::Cursor;

use axum::body::Bytes;
use image::{ImageFormat, Rgb, RgbImage};

/// The measures in which the pictures are thought; they are drawn at two thirds of them.
const WIDTH: i32 = 960;
const HEIGHT: i32 = 720;
/// Where the wall meets the ground.
const GROUND: i32 = 470;

type Colour = [u8; 3];

/// A picture to draw on.
struct Canvas {
    image: RgbImage,
    chance: u32,
}

/// A PNG file that shows a request of `category`: the trouble, or the place after the work.
pub(super) fn draw(category: &str, number: usize, is_done: bool) -> Bytes {
    let mut canvas = Canvas::new(u32::try_from(number).unwrap_or_default());
    canvas.place();
    // What stands below draws what stands above.
    match category.split('_').next().unwrap_or(category) {
        "sanitation" => canvas.heap(is_done),
        "utilities" => canvas.pipe(is_done),
        "roads" => canvas.road(is_done),
        "greening" => canvas.tree(is_done),
        _ => canvas.door(is_done),
    }
    canvas.grain();
    let mut file = Cursor::new(Vec::new());
    let written = canvas.image.write_to(&mut file, ImageFormat::Png);
    written.expect("a picture is written to memory");
    Bytes::from(file.into_inner())
}

impl Canvas {
    fn new(number: u32) -> Self {
        let [width, height] = [WIDTH, HEIGHT].map(|length| small(length).unsigned_abs());
        Self { image: RgbImage::new(width, height), chance: number.wrapping_mul(2_654_435_761) | 1 }
    }

    /// A number below `most`, the same for the same picture.
    fn below(&mut self, most: i32) -> i32 {
        self.chance = self.chance.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        i32::try_from((self.chance >> 8) % most.unsigned_abs().max(1)).unwrap_or_default()
    }

    fn dot(&mut self, x: i32, y: i32, colour: Colour) {
        if let (Ok(x), Ok(y)) = (u32::try_from(x), u32::try_from(y))
            && let Some(pixel) = self.image.get_pixel_mut_checked(x, y)
        {
            *pixel = Rgb(colour);
        }
    }

    fn box_at(&mut self, (left, top): (i32, i32), (width, height): (i32, i32), colour: Colour) {
        for y in small(top)..small(top + height).max(small(top) + 1) {
            for x in small(left)..small(left + width).max(small(left) + 1) {
                self.dot(x, y, colour);
            }
        }
    }

    /// Lighter towards its upper left, as if lit from there.
    fn round(&mut self, (middle, centre): (i32, i32), (wide, high): (i32, i32), colour: Colour) {
        let [middle, centre] = [middle, centre].map(small);
        let [wide, high] = [wide, high].map(|length| small(length).max(1));
        for y in -high..=high {
            for x in -wide..=wide {
                if x * x * high * high + y * y * wide * wide <= wide * wide * high * high {
                    let light = (-x * 18 / wide - y * 26 / high).clamp(-40, 40);
                    self.dot(middle + x, centre + y, shade(colour, light));
                }
            }
        }
    }

    fn place(&mut self) {
        let walls: [Colour; 4] =
            [[198, 186, 168], [176, 184, 186], [206, 194, 184], [188, 170, 152]];
        let wall = walls[usize::try_from(self.below(4)).unwrap_or_default()];
        for y in 0..HEIGHT {
            let colour = if y < GROUND {
                shade(wall, 24 - y / 12)
            } else {
                shade([150, 146, 140], (y - GROUND) / 10 - 16)
            };
            self.box_at((0, y), (WIDTH, 1), colour);
        }
        // Rows of bricks, and the slabs of the ground.
        for row in 0..GROUND / 47 {
            self.box_at((0, row * 47), (WIDTH, 2), shade(wall, -22));
            for brick in 0..=WIDTH / 120 {
                let shift = if row % 2 == 0 { 0 } else { 60 };
                self.box_at((brick * 120 + shift, row * 47), (2, 47), shade(wall, -18));
            }
        }
        for slab in 1..5 {
            self.box_at((0, GROUND + slab * slab * 11), (WIDTH, 3), [124, 120, 114]);
        }
        self.box_at((0, GROUND - 10), (WIDTH, 14), [112, 106, 100]);
    }

    fn heap(&mut self, is_done: bool) {
        // The bin stays, whatever lies about.
        self.box_at((120, 330), (150, 230), [58, 104, 82]);
        self.box_at((110, 312), (170, 26), [44, 84, 66]);
        let colours: [Colour; 4] = [[52, 54, 60], [88, 78, 60], [126, 116, 98], [70, 86, 110]];
        for bag in 0..if is_done { 0 } else { 17 } {
            let colour = colours[usize::try_from(bag % 4).unwrap_or_default()];
            let (x, y) = (380 + self.below(420), 500 + bag * 6 + self.below(30));
            let (wide, high) = (50 + self.below(50), 36 + self.below(30));
            self.round((x, y), (wide, high), colour);
        }
    }

    fn pipe(&mut self, is_done: bool) {
        self.box_at((430, 0), (46, 520), [150, 156, 162]);
        self.box_at((440, 0), (10, 520), [196, 202, 206]);
        self.box_at((416, 300), (74, 60), [116, 122, 128]);
        for drop in 0..if is_done { 0 } else { 26 } {
            let (x, y) = (430 + self.below(60), 350 + drop * 7);
            self.round((x, y), (5, 9), [150, 182, 206]);
        }
        if !is_done {
            self.round((470, 600), (250, 54), [112, 134, 150]);
        }
    }

    fn road(&mut self, is_done: bool) {
        self.box_at((0, GROUND), (WIDTH, HEIGHT - GROUND), [92, 94, 98]);
        for dash in 0..5 {
            self.box_at((dash * 220 + 20, 610), (120, 14), [222, 220, 206]);
        }
        if is_done {
            self.box_at((360, 510), (230, 70), [66, 68, 72]);
        } else {
            self.round((470, 545), (150, 46), [52, 50, 50]);
            self.round((486, 552), (104, 28), [38, 36, 36]);
        }
    }

    fn tree(&mut self, is_done: bool) {
        self.box_at((450, 180), (54, 330), [96, 74, 54]);
        for _ in 0..if is_done { 14 } else { 34 } {
            let spread = if is_done { 240 } else { 520 };
            let (x, y) = (477 + self.below(spread) - spread / 2, 130 + self.below(spread / 2));
            let colour = [58 + u8::try_from(self.below(30)).unwrap_or_default(), 112, 62];
            self.round((x, y), (64, 52), colour);
        }
    }

    fn door(&mut self, is_done: bool) {
        self.box_at((330, 110), (300, 420), [92, 98, 108]);
        self.box_at((346, 126), (268, 404), [132, 140, 150]);
        self.box_at((478, 126), (4, 404), [92, 98, 108]);
        self.box_at((676, 280), (54, 96), [60, 62, 68]);
        let lamp = if is_done { [96, 190, 120] } else { [206, 76, 62] };
        self.round((703, 316), (14, 14), lamp);
        if !is_done {
            self.box_at((380, 290), (200, 90), [236, 226, 190]);
            self.box_at((398, 316), (164, 10), [140, 60, 50]);
            self.box_at((398, 344), (120, 8), [120, 116, 104]);
        }
    }

    /// What a small lens makes of an even surface.
    fn grain(&mut self) {
        let mut chance = self.chance;
        for pixel in self.image.pixels_mut() {
            chance = chance.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            let light = i32::try_from((chance >> 20) % 11).unwrap_or_default() - 5;
            *pixel = Rgb(shade(pixel.0, light));
        }
    }
}

fn small(length: i32) -> i32 {
    length * 2 / 3
}

fn shade(colour: Colour, light: i32) -> Colour {
    colour.map(|part| {
        u8::try_from((i32::from(part) + light).clamp(0, 255)).expect("it was clamped to a byte")
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::files::Photo;

    #[test]
    fn every_picture_is_a_photo_like_any_other() {
        for category in ["sanitation", "utilities", "roads", "greening", "facilities"] {
            let [before, after] =
                [false, true].map(|is_done| Photo::read(&draw(category, 1, is_done)).unwrap());
            assert_eq!((before.width(), before.height()), (640, 480));
            assert_ne!(before.hash(), after.hash());
        }
        assert_eq!(draw("roads", 3, false), draw("roads", 3, false));
    }
}
