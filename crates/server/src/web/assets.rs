//! The few files that pages load, embedded in the program. Their addresses change with their text,
//! so that browsers may keep them for ever.

use std::sync::LazyLock;

use axum::extract::Path;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use sha2::{Digest, Sha256};

use super::routes::{Access, Routes};
use crate::error::Error;
use crate::identity::hex;

/// One sheet, written in parts: a later part may stand on an earlier one.
const STYLE: &str = concat!(
    include_str!("assets/style/ground.css"),
    include_str!("assets/style/parts.css"),
    include_str!("assets/style/forms.css"),
    include_str!("assets/style/desks.css"),
    include_str!("assets/style/notices.css"),
    include_str!("assets/style/rates.css"),
    include_str!("assets/style/rules.css"),
    include_str!("assets/style/neighbours.css"),
    include_str!("assets/style/offline.css"),
    include_str!("assets/style/paper.css"),
);
/// One optional script, written in parts that know nothing of one another.
const SCRIPT: &str = concat!(
    include_str!("assets/script/app.js"),
    include_str!("assets/script/photos.js"),
    include_str!("assets/script/offline.js"),
    include_str!("assets/script/notices.js"),
    include_str!("assets/script/neighbours.js"),
);

/// What works without a network, for those who walk their grid; its parts share one scope.
const FIELD: &str = concat!(
    "(function () {\n\"use strict\";\n",
    include_str!("assets/script/field/words.js"),
    include_str!("assets/script/field/store.js"),
    include_str!("assets/script/field/queue.js"),
    include_str!("assets/script/field/copies.js"),
    include_str!("assets/script/field/fates.js"),
    include_str!("assets/script/field/page.js"),
    "}());\n",
);
/// What answers for the server while it is out of reach.
const KEEPER: &str = concat!(
    "(function () {\n\"use strict\";\n",
    include_str!("assets/script/field/store.js"),
    include_str!("assets/script/field/keeper.js"),
    "}());\n",
);

const ICON: &str = include_str!("assets/favicon.svg");

/// The picture of every icon, as one hidden drawing at the head of a page.
pub const ICONS: &str = include_str!("assets/icons.html");

static STYLE_PATH: LazyLock<String> = LazyLock::new(|| path(STYLE, "css"));
static ICON_PATH: LazyLock<String> = LazyLock::new(|| path(ICON, "svg"));
static SCRIPT_PATH: LazyLock<String> = LazyLock::new(|| path(SCRIPT, "js"));
static FIELD_PATH: LazyLock<String> = LazyLock::new(|| path(FIELD, "js"));
/// The keeper with the addresses of what it keeps, so that it changes whenever one of them does.
static KEEPER_TEXT: LazyLock<String> = LazyLock::new(|| {
    let shell = [style(), script(), field(), icon_path()];
    format!("self.SHELL = {shell:?};\n{KEEPER}")
});

/// The address of the style sheet.
#[must_use]
pub fn style() -> &'static str {
    &STYLE_PATH
}

/// The address of the script.
#[must_use]
pub fn script() -> &'static str {
    &SCRIPT_PATH
}

/// The address of the script for work without a network.
#[must_use]
pub fn field() -> &'static str {
    &FIELD_PATH
}

/// The text of the keeper, which has an address of its own.
#[must_use]
pub fn keeper() -> &'static str {
    &KEEPER_TEXT
}

/// The address of the picture in the tab of a browser.
#[must_use]
pub fn icon_path() -> &'static str {
    &ICON_PATH
}

pub fn routes() -> Routes {
    Routes::new().get(Access::Everyone, "/assets/{name}", asset)
}

async fn asset(Path(name): Path<String>) -> Result<Response, Error> {
    let asked = format!("/assets/{name}");
    let (kind, text) = if asked == style() {
        ("text/css; charset=utf-8", STYLE)
    } else if asked == script() {
        ("text/javascript; charset=utf-8", SCRIPT)
    } else if asked == field() {
        ("text/javascript; charset=utf-8", FIELD)
    } else if asked == icon_path() {
        ("image/svg+xml", ICON)
    } else {
        return Err(Error::NotFound);
    };
    let headers = [
        (header::CONTENT_TYPE, kind),
        (header::CACHE_CONTROL, "public, max-age=31536000, immutable"),
    ];
    Ok((headers, text).into_response())
}

fn path(text: &str, ending: &str) -> String {
    let digest = hex(&Sha256::digest(text.as_bytes()));
    format!("/assets/{}.{ending}", &digest[..12])
}
