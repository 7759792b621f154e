//! Photos, kept under the SHA-256 of their bytes in a folder or a bucket.
//!
//! `read_photos` makes a [`Photo`] of what was sent, [`Files::put`] keeps it, and only then does
//! the caller write its row: a row never names a file that a power cut can take. A file whose row
//! was not written is an orphan, which [`Files::sweep`] takes away later.

mod failure;
mod kind;
mod photo;
mod reading;
mod refused;
mod room;

use std::fs::{self, File};
use std::io;
use std::path::{Path as Folder, PathBuf};
use std::sync::Arc;

use axum::body::Bytes;
use jiff::Timestamp;
use object_store::local::LocalFileSystem;
use object_store::path::Path;
use object_store::{ObjectStore, ObjectStoreExt};
use tokio::sync::RwLock;

pub use failure::Failure;
pub use photo::{BYTES_MAX, PER_REQUEST_MAX, PIXELS_MAX, Photo};
pub use reading::{RefusedPhoto, read_photos};
pub use refused::Refused;
pub use room::{PHOTOS_FREE_MIN, Room, room};

/// Where all photos lie, within the folder or bucket.
const ROOT: &str = "photos";

/// Which of a photo's two pictures.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Size {
    /// 1600 pixels along the long edge at most.
    Large,
    /// 320 pixels along the long edge at most.
    Thumbnail,
}

/// A handle to the place where photos are kept. Clones share it.
#[derive(Clone)]
pub struct Files {
    store: Arc<dyn ObjectStore>,
    /// The local folder, whose disk can fill up or vanish; a bucket has none.
    folder: Option<PathBuf>,
    /// A sweep must not take a file between its being found old and its being put anew.
    sweeping: Arc<RwLock<()>>,
}

impl Files {
    /// Opens a folder, made if it is not there, or with the feature `s3` a bucket:
    /// `s3://bucket/prefix`, with `settings` such as `aws_access_key_id`, `aws_region` and
    /// `aws_endpoint`; a folder needs none.
    pub fn open(
        place: &str,
        settings: impl IntoIterator<Item = (String, String)>,
    ) -> Result<Files, Failure> {
        if place.starts_with("s3://") {
            return bucket(place, settings);
        }
        if place.contains("://") || place.is_empty() {
            return Err(Failure::BadPlace(place.into()));
        }
        let folder = PathBuf::from(place);
        make(&folder).map_err(|error| Failure::of_io(error, &folder))?;
        let store = LocalFileSystem::new_with_prefix(&folder).map_err(Failure::of_store)?;
        Ok(Files { folder: Some(folder), ..Files::over(Arc::new(store.with_fsync(true))) })
    }

    /// Photos in any object store.
    #[must_use]
    pub fn over(store: Arc<dyn ObjectStore>) -> Files {
        Files { store, folder: None, sweeping: Arc::default() }
    }

    /// Keeps both pictures; when this returns they outlast a power cut. What is there already is
    /// written again: the same bytes, but young, so that no sweep takes them, and whole.
    pub async fn put(&self, photo: &Photo) -> Result<(), Failure> {
        self.find_folder()?;
        let _no_sweep = self.sweeping.read().await;
        // The thumbnail first: whoever finds the picture finds both.
        for (size, bytes) in [(Size::Thumbnail, photo.thumbnail()), (Size::Large, photo.picture())]
        {
            let bytes = Bytes::copy_from_slice(bytes);
            self.store
                .put(&path(photo.hash(), size), bytes.into())
                .await
                .map_err(Failure::of_store)?;
        }
        Ok(())
    }

    /// The JPEG, or none: not kept, or not a hash at all (which may come from an address).
    pub async fn get(&self, hash: &str, size: Size) -> Result<Option<Bytes>, Failure> {
        if !is_hash(hash) {
            return Ok(None);
        }
        match self.store.get(&path(hash, size)).await {
            Ok(found) => found.bytes().await.map(Some).map_err(Failure::of_store),
            Err(object_store::Error::NotFound { .. }) => {
                self.find_folder()?;
                Ok(None)
            }
            Err(error) => Err(Failure::of_store(error)),
        }
    }

    /// Whether the picture is there and its bytes are those that were put.
    pub async fn is_sound(&self, hash: &str) -> Result<bool, Failure> {
        let kept = self.get(hash, Size::Large).await?;
        Ok(kept.is_some_and(|bytes| photo::hash(&bytes) == hash))
    }

    /// Takes both pictures away; what is not there is no failure.
    pub async fn delete(&self, hash: &str) -> Result<(), Failure> {
        if !is_hash(hash) {
            return Ok(());
        }
        // The picture first: whoever finds the picture finds both.
        for size in [Size::Large, Size::Thumbnail] {
            match self.store.delete(&path(hash, size)).await {
                Ok(()) | Err(object_store::Error::NotFound { .. }) => {}
                Err(error) => return Err(Failure::of_store(error)),
            }
        }
        Ok(())
    }

    /// The hashes of all that is kept, each once, in order.
    pub async fn list(&self) -> Result<Vec<String>, Failure> {
        let mut hashes = Vec::new();
        for folder in self.folders().await? {
            hashes.extend(self.kept_in(&folder).await?.into_iter().map(|(hash, _)| hash));
        }
        Ok(hashes)
    }

    /// Deletes what was last put before `older_than` and is not `known`, and returns the hashes.
    /// A caller asks its records in `known`, and leaves a day for a row to follow its file.
    pub async fn sweep(
        &self,
        known: impl Fn(&str) -> bool,
        older_than: Timestamp,
    ) -> Result<Vec<String>, Failure> {
        let mut swept = Vec::new();
        for folder in self.folders().await? {
            for (hash, last_put) in self.kept_in(&folder).await? {
                if last_put >= older_than.as_second() || known(&hash) {
                    continue;
                }
                let _no_put = self.sweeping.write().await;
                // Looked at again now that nobody puts: it may have become young since.
                let young = self.last_put(&hash).await?.is_some_and(|at| at >= older_than);
                if !young && !known(&hash) {
                    self.delete(&hash).await?;
                    swept.push(hash);
                }
            }
        }
        Ok(swept)
    }

    /// Whether photos may still be written: 3 GiB free in a folder, always in a bucket.
    pub fn has_room(&self) -> Result<bool, Failure> {
        match &self.folder {
            Some(folder) => {
                let room = room(folder).map_err(|error| Failure::of_io(error, folder))?;
                Ok(room.takes_photos())
            }
            None => Ok(true),
        }
    }

    /// A folder that vanished (a disk not mounted) is not made anew: photos would lie beneath it.
    fn find_folder(&self) -> Result<(), Failure> {
        match &self.folder {
            Some(folder) if !folder.is_dir() => Err(Failure::Missing(folder.clone())),
            _ => Ok(()),
        }
    }

    async fn folders(&self) -> Result<Vec<Path>, Failure> {
        self.find_folder()?;
        match self.store.list_with_delimiter(Some(&Path::from(ROOT))).await {
            Ok(found) => Ok(found.common_prefixes),
            Err(object_store::Error::NotFound { .. }) => Ok(Vec::new()),
            Err(error) => Err(Failure::of_store(error)),
        }
    }

    /// The hashes in one folder, in order, each with the second of its oldest picture's last put.
    async fn kept_in(&self, folder: &Path) -> Result<Vec<(String, i64)>, Failure> {
        let found =
            self.store.list_with_delimiter(Some(folder)).await.map_err(Failure::of_store)?;
        let mut kept: Vec<(String, i64)> = found
            .objects
            .iter()
            .filter_map(|it| Some((it.location.filename()?, it.last_modified.timestamp())))
            .filter_map(|(name, at)| Some((hash_in(name)?.to_owned(), at)))
            .collect();
        kept.sort();
        kept.dedup_by(|later, first| later.0 == first.0);
        Ok(kept)
    }

    /// When the younger of the two pictures was put.
    async fn last_put(&self, hash: &str) -> Result<Option<Timestamp>, Failure> {
        let mut last = None;
        for size in [Size::Large, Size::Thumbnail] {
            match self.store.head(&path(hash, size)).await {
                Ok(it) => {
                    last = last.max(Timestamp::from_second(it.last_modified.timestamp()).ok());
                }
                Err(object_store::Error::NotFound { .. }) => {}
                Err(error) => return Err(Failure::of_store(error)),
            }
        }
        Ok(last)
    }
}

/// Makes the folder so that a power cut cannot take its name away again, with all that is in it.
fn make(folder: &Folder) -> io::Result<()> {
    fs::create_dir_all(folder)?;
    match folder.canonicalize()?.parent() {
        Some(parent) if cfg!(unix) => File::open(parent)?.sync_all(),
        _ => Ok(()),
    }
}

#[cfg(feature = "s3")]
fn bucket(
    place: &str,
    settings: impl IntoIterator<Item = (String, String)>,
) -> Result<Files, Failure> {
    use object_store::aws::AmazonS3Builder;
    use object_store::prefix::PrefixStore;

    let mut builder = AmazonS3Builder::new().with_url(place);
    for (key, value) in settings {
        let key = key.to_ascii_lowercase().parse().map_err(Failure::of_store)?;
        builder = builder.with_config(key, value);
    }
    let store = builder.build().map_err(Failure::of_store)?;
    let prefix = place["s3://".len()..].split_once('/').map_or("", |(_, prefix)| prefix);
    Ok(Files::over(Arc::new(PrefixStore::new(store, prefix))))
}

#[cfg(not(feature = "s3"))]
fn bucket(
    _place: &str,
    _settings: impl IntoIterator<Item = (String, String)>,
) -> Result<Files, Failure> {
    Err(Failure::BucketsNotBuilt)
}

/// `photos/ab/ab….jpg` and `photos/ab/ab…-320.jpg`: 256 folders keep each listing short.
fn path(hash: &str, size: Size) -> Path {
    let tail = match size {
        Size::Large => "",
        Size::Thumbnail => "-320",
    };
    Path::from(format!("{ROOT}/{}/{hash}{tail}.jpg", &hash[..2]))
}

fn hash_in(name: &str) -> Option<&str> {
    let stem = name.strip_suffix(".jpg")?;
    let hash = stem.strip_suffix("-320").unwrap_or(stem);
    is_hash(hash).then_some(hash)
}

fn is_hash(text: &str) -> bool {
    text.len() == 64 && text.bytes().all(|it| matches!(it, b'0'..=b'9' | b'a'..=b'f'))
}

impl std::fmt::Debug for Files {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match &self.folder {
            Some(folder) => write!(f, "Files({})", Folder::display(folder)),
            None => write!(f, "Files({})", self.store),
        }
    }
}
