//! Photos that are added to a request by page.

use axum::extract::{FromRequest, Request, State};
use axum::response::Response;
use domain::id::RequestId;

use super::raise::beside_their_field;
use super::show::{Outcome, refused};
use crate::App;
use crate::error::Error;
use crate::requests::{self, words};
use crate::web::{Form, Id, Visit, see_other};

/// Adds photos to a request that is there. Nothing is read, let alone kept, of whoever may not.
pub async fn add(
    State(app): State<App>,
    visit: Visit,
    Id(id): Id<RequestId>,
    request: Request,
) -> Result<Response, Error> {
    requests::may_add_photos(&app, &visit, id).await?;
    let form = Form::from_request(request, &app).await?;
    if form.files.is_empty() {
        let error = Error::field("photos", words::NO_PHOTO_CHOSEN);
        return refused(&app, &visit, id, error, Outcome::default()).await;
    }
    let deed = form.deed;
    let added = async {
        let rows = beside_their_field(requests::keep_photos(&app, form.files).await)?;
        app.db.write(move |tx| requests::add_photos(tx, &deed, id, &rows)).await
    };
    match added.await {
        Ok(_) => {
            app.changes.notify_waiters();
            Ok(see_other(&format!("/requests/{id}")))
        }
        Err(error @ (Error::Invalid(_) | Error::Refused(_) | Error::KeyUsed)) => {
            refused(&app, &visit, id, error, Outcome::default()).await
        }
        Err(error) => Err(error),
    }
}
