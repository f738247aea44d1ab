//! The token of the machine's own administrator: a file in the store's folder, made at the first start.

use std::path::Path;

use crate::secret_file::{self, SecretFileError};
use crate::shop::{ShopError, Token};

/// Its name, beside the node's seed.
pub const ADMIN_TOKEN_FILE: &str = "admin.token";

/// The administrator's token. Whoever can read its file adds and revokes tills.
#[derive(Debug)]
pub struct AdminToken(Token);

/// The file can't be read or made.
#[derive(Clone, Debug, thiserror::Error)]
pub enum AdminTokenError {
    /// The file.
    #[error(transparent)]
    File(#[from] SecretFileError),
    /// It does not hold a line of text.
    #[error("the administrator's token is no line of text: delete the file, and restart the node to make another")]
    Content,
    /// No randomness.
    #[error("the administrator's token could not be made: {0}")]
    Make(Box<ShopError>),
}

impl AdminToken {
    /// Reads the file, which must be of mode 0600.
    ///
    /// # Errors
    /// [`AdminTokenError::File`], [`AdminTokenError::Content`].
    pub fn load(path: &Path) -> Result<Self, AdminTokenError> {
        let bytes = secret_file::read(path)?;
        let text = std::str::from_utf8(bytes.trim_ascii()).map_err(|_| AdminTokenError::Content)?;
        if text.is_empty() { Err(AdminTokenError::Content) } else { Ok(Self(Token::new(text))) }
    }

    /// Reads the file, or makes it if there is none.
    ///
    /// # Errors
    /// As [`AdminToken::load`], and [`AdminTokenError::Make`].
    pub fn load_or_make(path: &Path) -> Result<Self, AdminTokenError> {
        if !path.exists() {
            let token = Token::fresh().map_err(|error| AdminTokenError::Make(Box::new(error)))?;
            secret_file::write_new(path, token.expose().as_bytes())?;
        }
        Self::load(path)
    }

    /// The token, to be sent.
    #[must_use]
    pub fn into_token(self) -> Token {
        self.0
    }

    /// The token.
    #[must_use]
    pub fn token(&self) -> &Token {
        &self.0
    }
}
