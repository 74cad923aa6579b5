//! Where files of pictures are: a folder of the data folder, or anything that speaks S3.
//!
//! Promises: an answer within seconds, also when the storage gives none, and no name but those of
//! [`MediaFile`]. Nobody else touches the files.

use std::{fs, sync::Arc, time::Duration};

use bytes::Bytes;
use object_store::{
    BackoffConfig, ClientOptions, Error as StoreError, ObjectStore, ObjectStoreExt as _, RetryConfig,
    aws::AmazonS3Builder, local::LocalFileSystem, path::Path,
};
use tokio::time::timeout;

use super::config::{Config, S3Config};
use crate::domain::media::MediaFile;

/// The folder in the data folder.
const FOLDER: &str = "media";
/// How long the storage may take.
const ANSWERS_WITHIN: Duration = Duration::from_secs(5);
/// How long finding it may take.
const CONNECTS_WITHIN: Duration = Duration::from_secs(2);
/// A request that failed for no fault of ours is sent again so often.
const RETRIES: usize = 2;

/// The files of pictures. Clones share it.
#[derive(Clone, Debug)]
pub struct Storage(Arc<dyn ObjectStore>);

/// The storage gave no answer, or none that helps.
#[derive(Debug, thiserror::Error)]
pub enum StorageError {
    /// It took too long.
    #[error("no answer within {} s", ANSWERS_WITHIN.as_secs())]
    TooSlow,
    /// It failed.
    #[error("{0}")]
    Failed(#[from] StoreError),
}

impl From<StorageError> for super::Error {
    fn from(error: StorageError) -> Self {
        Self::StorageUnreachable(error.to_string())
    }
}

impl Storage {
    /// The storage that the settings name. Whether it answers shows when it is used.
    ///
    /// # Errors
    /// When the folder cannot be made, or the settings of S3 do not fit together.
    pub fn open(config: &Config) -> Result<Self, StoreError> {
        if let Some(s3) = &config.s3 {
            return Ok(Self(Arc::new(s3_store(s3)?)));
        }
        let folder = config.data_dir.join(FOLDER);
        let failed = |error| StoreError::Generic { store: "folder", source: Box::new(error) };
        fs::create_dir_all(&folder).map_err(failed)?;
        Ok(Self(Arc::new(LocalFileSystem::new_with_prefix(folder)?)))
    }

    /// Stores a file; all of it or nothing.
    ///
    /// # Errors
    /// When the storage does not take it.
    pub async fn put(&self, file: &MediaFile, bytes: Bytes) -> Result<(), StorageError> {
        let path = path_of(file);
        in_time(self.0.put(&path, bytes.into())).await.map(|_| ())
    }

    /// Reads a file; `None` when there is no such file.
    ///
    /// # Errors
    /// When the storage does not say.
    pub async fn find(&self, file: &MediaFile) -> Result<Option<Bytes>, StorageError> {
        let path = path_of(file);
        let read = async { self.0.get(&path).await?.bytes().await };
        match in_time(read).await {
            Ok(bytes) => Ok(Some(bytes)),
            Err(StorageError::Failed(StoreError::NotFound { .. })) => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Deletes a file; one that is not there is deleted.
    ///
    /// # Errors
    /// When the storage does not do it.
    pub async fn delete(&self, file: &MediaFile) -> Result<(), StorageError> {
        let path = path_of(file);
        match in_time(self.0.delete(&path)).await {
            Err(StorageError::Failed(StoreError::NotFound { .. })) => Ok(()),
            done => done,
        }
    }
}

fn path_of(file: &MediaFile) -> Path {
    Path::from(file.name())
}

async fn in_time<T>(work: impl Future<Output = Result<T, StoreError>>) -> Result<T, StorageError> {
    timeout(ANSWERS_WITHIN, work).await.map_err(|_| StorageError::TooSlow)?.map_err(StorageError::from)
}

fn s3_store(s3: &S3Config) -> Result<impl ObjectStore, StoreError> {
    let is_plain = s3.endpoint.as_ref().is_some_and(|url| url.scheme() == "http");
    let client = ClientOptions::new()
        .with_allow_http(is_plain)
        .with_timeout(ANSWERS_WITHIN)
        .with_connect_timeout(CONNECTS_WITHIN);
    let retry = RetryConfig { max_retries: RETRIES, retry_timeout: ANSWERS_WITHIN, backoff: BackoffConfig::default() };
    let mut builder = AmazonS3Builder::new()
        .with_bucket_name(&s3.bucket)
        .with_region(&s3.region)
        .with_access_key_id(&s3.access_key_id)
        .with_secret_access_key(&s3.secret_access_key)
        .with_virtual_hosted_style_request(false)
        // One file at a time: not everything that speaks S3 knows how to delete several.
        .with_disable_bulk_delete(true)
        .with_client_options(client)
        .with_retry(retry);
    if let Some(endpoint) = &s3.endpoint {
        builder = builder.with_endpoint(endpoint.as_str().trim_end_matches('/'));
    }
    builder.build()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::media::{Picture, PictureKind};

    #[tokio::test]
    async fn a_folder_keeps_what_it_is_given_until_it_is_deleted() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let data_dir = folder.path().display().to_string();
        let config = Config::from_lookup(|name| (name == "STREAMIT_DATA_DIR").then(|| data_dir.clone()));
        let storage = Storage::open(&config.expect("valid")).expect("writable");
        let file = Picture::new(PictureKind::Chosen, 7).large();
        assert_eq!(storage.find(&file).await.expect("readable"), None);
        storage.put(&file, Bytes::from_static(b"picture")).await.expect("writable");
        assert_eq!(storage.find(&file).await.expect("readable").as_deref(), Some(&b"picture"[..]));
        assert!(folder.path().join(FOLDER).join(file.name()).is_file());
        for _ in 0..2 {
            storage.delete(&file).await.expect("writable");
        }
        assert_eq!(storage.find(&file).await.expect("readable"), None);
    }
}
