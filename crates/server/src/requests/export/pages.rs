//! `/requests.xlsx` and `/requests.csv`: the list of the page, taken out of the house.

use axum::extract::{RawQuery, State};
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};

use super::{Form, csv, order, sheet};
use crate::App;
use crate::error::Error;
use crate::requests::Wanted;
use crate::web::{Fields, Visit};

const XLSX: &str = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";
const CSV: &str = "text/csv; charset=utf-8; header=present";

pub async fn xlsx(
    State(app): State<App>,
    visit: Visit,
    RawQuery(query): RawQuery,
) -> Result<Response, Error> {
    let fields = Fields::urlencoded(&query.unwrap_or_default());
    taken(app, &visit, &Wanted::of(&fields), Form::Xlsx).await
}

pub async fn csv(
    State(app): State<App>,
    visit: Visit,
    RawQuery(query): RawQuery,
) -> Result<Response, Error> {
    let fields = Fields::urlencoded(&query.unwrap_or_default());
    taken(app, &visit, &Wanted::of(&fields), Form::Csv).await
}

/// The list as a file to keep.
pub(super) async fn taken(
    app: App,
    visit: &Visit,
    wanted: &Wanted,
    form: Form,
) -> Result<Response, Error> {
    let order = order(&app, visit, wanted, form).await?;
    let day = order.settings.calendar.date(order.now);
    let name = format!("attachment; filename=\"requests-{day}.{}\"", form.name());
    let (kind, mut response) = match form {
        Form::Xlsx => (XLSX, sheet::bytes(&app, &order).await?.into_response()),
        Form::Csv => (CSV, csv::body(app, order).into_response()),
    };
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(kind));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    let name = HeaderValue::from_str(&name).map_err(|_| Error::Unreadable)?;
    headers.insert(header::CONTENT_DISPOSITION, name);
    Ok(response)
}
