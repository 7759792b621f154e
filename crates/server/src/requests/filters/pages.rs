//! The forms that keep a list, rename it and forget it.

use axum::extract::State;
use axum::response::Response;
use domain::id::FilterId;

use crate::App;
use crate::error::Error;
use crate::requests::Wanted;
use crate::web::{Form, Id, see_other};

pub async fn keep(State(app): State<App>, form: Form) -> Result<Response, Error> {
    let Form { deed, fields, .. } = form;
    let wanted = Wanted::read(fields.shown("query"));
    wanted.filter(&*app.settings(deed.street)?, app.now())?;
    let (id, name) = (FilterId(app.new_id()), fields.shown("name").to_owned());
    let address = format!("/requests?{}", wanted.query());
    app.db.write(move |tx| super::keep(tx, &deed, id, &name, &wanted)).await?;
    Ok(see_other(&address))
}

pub async fn rename(
    State(app): State<App>,
    Id(id): Id<FilterId>,
    form: Form,
) -> Result<Response, Error> {
    let Form { deed, fields, .. } = form;
    let name = fields.shown("name").to_owned();
    app.db.write(move |tx| super::rename(tx, &deed, id, &name)).await?;
    Ok(see_other("/requests#kept"))
}

pub async fn remove(
    State(app): State<App>,
    Id(id): Id<FilterId>,
    form: Form,
) -> Result<Response, Error> {
    let deed = form.deed;
    app.db.write(move |tx| super::remove(tx, &deed, id)).await?;
    Ok(see_other("/requests#kept"))
}
