//! Why photos cannot be kept or fetched: failures of ours, told to the reader in a sentence.

use std::error::Error;
use std::io;
use std::path::{Path, PathBuf};

/// A failure of the place where photos are kept. `Display` is for the log and names the cause.
#[derive(Debug, thiserror::Error)]
pub enum Failure {
    #[error("the disk for photos is full: {0}")]
    Full(Box<dyn Error + Send + Sync>),
    #[error("the folder for photos is not there: {0}")]
    Missing(PathBuf),
    #[error("the folder for photos may not be written or read: {0}")]
    Denied(Box<dyn Error + Send + Sync>),
    #[error("photos cannot be reached: {0}")]
    Unreachable(Box<dyn Error + Send + Sync>),
    #[error("not a place for photos: {0} (give a folder, or s3://bucket/prefix)")]
    BadPlace(String),
    #[error("photos in a bucket need a binary built with the feature s3; give a folder instead")]
    BucketsNotBuilt,
}

impl Failure {
    /// The sentence for whoever sends or looks at a photo: 中文, then English.
    #[must_use]
    pub fn phrase(&self) -> (&'static str, &'static str) {
        match self {
            Failure::Full(_) => (
                "存照片的地方满了，暂时收不了照片。文字可以照常提交，请告诉社区工作人员。",
                "There is no room left for photos. You can still send your words without them; \
                 please tell the community office.",
            ),
            Failure::Missing(_) | Failure::BadPlace(_) | Failure::BucketsNotBuilt => (
                "存照片的地方找不到了，暂时不能存取照片。请告诉社区工作人员。",
                "The place for photos cannot be found, so photos cannot be kept or shown now. \
                 Please tell the community office.",
            ),
            Failure::Denied(_) => (
                "系统没有存取照片的权限，暂时不能存取照片。请告诉社区工作人员。",
                "The system may not use the place for photos, so they cannot be kept or shown \
                 now. Please tell the community office.",
            ),
            Failure::Unreachable(_) => (
                "照片暂时存取不了，请过一会儿再试。文字可以照常提交。",
                "Photos cannot be kept or shown just now. Please try again in a while; you can \
                 still send your words without them.",
            ),
        }
    }

    pub(super) fn of_io(error: io::Error, folder: &Path) -> Failure {
        match error.kind() {
            io::ErrorKind::NotFound => Failure::Missing(folder.to_owned()),
            kind => Failure::of_kind(Some(kind), error.into()),
        }
    }

    pub(super) fn of_store(error: object_store::Error) -> Failure {
        Failure::of_kind(kind(&error), error.into())
    }

    fn of_kind(kind: Option<io::ErrorKind>, error: Box<dyn Error + Send + Sync>) -> Failure {
        match kind {
            Some(io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded) => Failure::Full(error),
            Some(io::ErrorKind::PermissionDenied | io::ErrorKind::ReadOnlyFilesystem) => {
                Failure::Denied(error)
            }
            _ => Failure::Unreachable(error),
        }
    }
}

/// What the system said, however deep the store has wrapped it.
fn kind(error: &(dyn Error + 'static)) -> Option<io::ErrorKind> {
    match error.downcast_ref::<io::Error>() {
        // An error of the system that merely carries another.
        Some(carrier) if carrier.kind() == io::ErrorKind::Other => kind(carrier.get_ref()?),
        Some(error) => Some(error.kind()),
        None => kind(error.source()?),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wrapped(kind: io::ErrorKind) -> Failure {
        let source = io::Error::other(io::Error::from(kind));
        let source = object_store::Error::Generic { store: "folder", source: source.into() };
        Failure::of_store(object_store::Error::Generic { store: "outer", source: source.into() })
    }

    #[test]
    fn what_the_system_said_is_found_however_deep() {
        assert!(matches!(wrapped(io::ErrorKind::StorageFull), Failure::Full(_)));
        assert!(matches!(wrapped(io::ErrorKind::QuotaExceeded), Failure::Full(_)));
        assert!(matches!(wrapped(io::ErrorKind::ReadOnlyFilesystem), Failure::Denied(_)));
        assert!(matches!(wrapped(io::ErrorKind::TimedOut), Failure::Unreachable(_)));
    }
}
