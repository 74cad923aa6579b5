//! The installation's secret, and what is made from it: the keys that sign sessions, encrypt stream keys, and name
//! viewers. None is ever printed.

use std::{fs, io, path::Path};

use base64::{Engine as _, engine::general_purpose::STANDARD_NO_PAD as BASE64};
use chacha20poly1305::{
    AeadCore as _, Key, KeyInit as _, XChaCha20Poly1305, XNonce,
    aead::{Aead as _, OsRng, Payload},
};
use hkdf::Hkdf;
use sha2::Sha256;

use super::config::Config;

/// Length of XChaCha20's nonce, in bytes.
const NONCE_BYTES: usize = 24;

/// The keys.
#[derive(Clone)]
pub struct Secrets {
    /// Signs session tokens (HS256).
    pub signing: [u8; 32],
    sealing: [u8; 32],
    naming: [u8; 32],
}

impl std::fmt::Debug for Secrets {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Secrets(…)")
    }
}

/// What was sealed cannot be opened: another secret, another stream, or damaged.
#[derive(Debug, thiserror::Error)]
#[error("what is stored cannot be decrypted; was STREAMIT_SECRET changed?")]
pub struct Unreadable;

impl Secrets {
    /// The configured secret, or the one in the data folder, made when there is none.
    ///
    /// # Errors
    /// When the data folder cannot be read or written.
    pub fn load(config: &Config) -> io::Result<Self> {
        let secret = match &config.secret {
            Some(secret) => secret.clone(),
            None => kept_secret(&config.data_dir)?,
        };
        Ok(Self::derive(secret.as_bytes()))
    }

    fn derive(secret: &[u8]) -> Self {
        let hkdf = Hkdf::<Sha256>::new(None, secret);
        let key = |purpose: &[u8]| {
            let mut key = [0; 32];
            // Fails only for more than 255 × 32 bytes.
            let _ = hkdf.expand(purpose, &mut key);
            key
        };
        Self {
            signing: key(b"streamit session tokens"),
            sealing: key(b"streamit stream keys"),
            naming: key(b"streamit viewers"),
        }
    }

    /// A name that stands for these words, and that nobody without the secret can find out from them.
    pub fn pseudonym(&self, words: &[&str]) -> String {
        let mut name = [0; 16];
        // Each word with its length before it: no two lists are the same bytes.
        let spelled: Vec<u8> =
            words.iter().flat_map(|word| (word.len() as u64).to_be_bytes().into_iter().chain(word.bytes())).collect();
        // Expanding is HMAC-SHA256 of the words. Fails only for a key that is too short, or more than 255 × 32 bytes.
        if let Ok(hkdf) = Hkdf::<Sha256>::from_prk(&self.naming) {
            let _ = hkdf.expand(&spelled, &mut name);
        }
        BASE64.encode(name)
    }

    /// Encrypts; only [`Self::open`] with the same `context` reads it again.
    ///
    /// # Errors
    /// Never for texts of a sane length.
    pub fn seal(&self, text: &str, context: &str) -> Result<String, Unreadable> {
        let nonce = XChaCha20Poly1305::generate_nonce(&mut OsRng);
        let payload = Payload { msg: text.as_bytes(), aad: context.as_bytes() };
        let sealed = self.cipher().encrypt(&nonce, payload).map_err(|_| Unreadable)?;
        Ok(BASE64.encode([nonce.as_slice(), &sealed].concat()))
    }

    /// Decrypts what was sealed with the same `context`.
    ///
    /// # Errors
    /// When it was not.
    pub fn open(&self, sealed: &str, context: &str) -> Result<String, Unreadable> {
        let bytes = BASE64.decode(sealed).map_err(|_| Unreadable)?;
        let (nonce, sealed) = bytes.split_at_checked(NONCE_BYTES).ok_or(Unreadable)?;
        let payload = Payload { msg: sealed, aad: context.as_bytes() };
        let text = self.cipher().decrypt(XNonce::from_slice(nonce), payload).map_err(|_| Unreadable)?;
        String::from_utf8(text).map_err(|_| Unreadable)
    }

    fn cipher(&self) -> XChaCha20Poly1305 {
        XChaCha20Poly1305::new(Key::from_slice(&self.sealing))
    }
}

/// The secret in the data folder, readable by its owner alone.
fn kept_secret(data_dir: &Path) -> io::Result<String> {
    use std::{io::Write as _, os::unix::fs::OpenOptionsExt as _};
    let path = data_dir.join("secret");
    let fresh = BASE64.encode(rand::random::<[u8; 32]>());
    match fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(&path) {
        Ok(mut file) => {
            file.write_all(fresh.as_bytes())?;
            file.sync_all()?;
            Ok(fresh)
        }
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
            let secret = fs::read_to_string(&path)?.trim().to_owned();
            if secret.len() < 32 {
                let reason = format!("{} holds less than 32 characters; delete it or restore it", path.display());
                return Err(io::Error::new(io::ErrorKind::InvalidData, reason));
            }
            Ok(secret)
        }
        Err(error) => Err(error),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_sealed_opens_with_the_same_secret_and_context_only() {
        let secrets = Secrets::derive(b"one");
        let sealed = secrets.seal("KEY", "stream 1").expect("short");
        assert!(!sealed.contains("KEY"));
        assert_eq!(secrets.open(&sealed, "stream 1").expect("same"), "KEY");
        assert!(secrets.open(&sealed, "stream 2").is_err());
        assert!(Secrets::derive(b"two").open(&sealed, "stream 1").is_err());
        assert!(secrets.open("", "stream 1").is_err());
    }

    #[test]
    fn a_pseudonym_is_always_the_same_and_of_these_words_alone() {
        let secrets = Secrets::derive(b"one");
        let name = secrets.pseudonym(&["broadcast", "ann"]);
        assert_eq!(name.len(), 22);
        assert_eq!(secrets.pseudonym(&["broadcast", "ann"]), name);
        for other in [&["broadcast", "bob"][..], &["other", "ann"], &["broadcasta", "nn"], &["ann", "broadcast"]] {
            assert_ne!(secrets.pseudonym(other), name);
        }
        assert_ne!(Secrets::derive(b"two").pseudonym(&["broadcast", "ann"]), name);
    }

    #[test]
    fn a_secret_is_made_once() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let first = kept_secret(folder.path()).expect("writable");
        assert_eq!(kept_secret(folder.path()).expect("readable"), first);
    }
}
