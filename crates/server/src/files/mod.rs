//! Stand-in.
use std::path::Path;
#[derive(Clone)]
pub struct Files;
impl Files {
    pub fn open(_: &Path) -> Result<Self, String> {
        Ok(Self)
    }
}
