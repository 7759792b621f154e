//! Why a photo is not taken, in words that its sender can act on.

use super::photo::{BYTES_MAX, PER_REQUEST_MAX, PIXELS_MAX};

/// A photo that is not taken. Each is an answer to its sender, never a failure of ours.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, thiserror::Error)]
pub enum Refused {
    #[error("a file of more than {BYTES_MAX} bytes")]
    TooLarge,
    #[error("a HEIC or HEIF picture")]
    Heic,
    #[error("not a JPEG, PNG or WebP picture")]
    NotAPicture,
    #[error("a picture of more than {PIXELS_MAX} pixels, or of too much memory")]
    Bomb,
    #[error("a damaged picture")]
    Damaged,
    #[error("more than {PER_REQUEST_MAX} pictures")]
    TooMany,
}

impl Refused {
    /// Every refusal, for whoever prints or counts them.
    pub const ALL: [Refused; 6] = [
        Refused::TooLarge,
        Refused::Heic,
        Refused::NotAPicture,
        Refused::Bomb,
        Refused::Damaged,
        Refused::TooMany,
    ];

    /// The sentence for the sender: 中文, then English.
    #[must_use]
    pub fn phrase(self) -> (&'static str, &'static str) {
        match self {
            Refused::TooLarge => (
                "这张照片超过12兆（MB），请换一张小一点的，或者发截图。",
                "This photo is over 12 MB. Please send a smaller one, or a screenshot of it.",
            ),
            Refused::Heic => (
                "这是苹果手机的HEIC格式，暂时打不开。请到“设置—相机—格式”选“兼容性最佳”后重拍，\
                 或者发这张照片的截图。",
                "This photo is in the iPhone's HEIC format, which we cannot open. Under Settings, \
                 Camera, Formats choose “Most Compatible” and take it again, or send a screenshot \
                 of it.",
            ),
            Refused::NotAPicture => (
                "这个文件不是能用的照片。请发JPEG（JPG）、PNG或WebP格式的照片，或者发截图。",
                "This file is not a photo we can use. Please send a JPEG (JPG), PNG or WebP \
                 picture, or a screenshot.",
            ),
            Refused::Bomb => (
                "这张照片的尺寸太大（超过5000万像素）。请换一张小一点的，或者发截图。",
                "This photo is too big (over 50 million pixels). Please send a smaller one, or a \
                 screenshot of it.",
            ),
            Refused::Damaged => (
                "这张照片没有传完整，或者文件坏了。请再传一次，或者重拍一张。",
                "This photo arrived incomplete or is damaged. Please send it again, or take a new \
                 one.",
            ),
            Refused::TooMany => (
                "一次最多传5张照片，请去掉几张。",
                "At most 5 photos can be sent at a time. Please leave some out.",
            ),
        }
    }

    /// A short word for counters and logs.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Refused::TooLarge => "too_large",
            Refused::Heic => "heic",
            Refused::NotAPicture => "not_a_picture",
            Refused::Bomb => "bomb",
            Refused::Damaged => "damaged",
            Refused::TooMany => "too_many",
        }
    }
}
