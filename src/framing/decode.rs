//! Compression, told by magic bytes, and streams that break.

use std::io::{self, BufReader, Cursor, Read};

use flate2::bufread::MultiGzDecoder;

/// How a file is compressed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Compression {
    /// Not at all.
    None,
    /// gzip, of one or several members.
    Gzip,
    /// Zstandard, of one or several frames.
    Zstd,
}

impl Compression {
    /// The word that the lake stores.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Gzip => "gzip",
            Self::Zstd => "zstd",
        }
    }

    /// What the first bytes of a file say.
    pub fn of(head: &[u8]) -> Self {
        match head {
            [0x1f, 0x8b, ..] => Self::Gzip,
            [0x28, 0xb5, 0x2f, 0xfd, ..] => Self::Zstd,
            _ => Self::None,
        }
    }
}

/// Opens the file from its start; called again where a broken stream is read to its last good byte.
pub type Open<'a> = Box<dyn Fn() -> io::Result<Box<dyn Read + Send + 'a>> + Send + 'a>;

/// How far a stream has come.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Progress {
    /// There may be more.
    Open,
    /// It ended as it should.
    End,
    /// The compressed stream is damaged from here on.
    Broken(String),
}

/// The bytes of a file after decompression.
pub(super) struct Decoded<'a> {
    open: Open<'a>,
    bytes: Box<dyn Read + Send + 'a>,
    delivered: u64,
    pub(super) compression: Compression,
    pub(super) progress: Progress,
}

impl<'a> Decoded<'a> {
    pub(super) fn new(open: Open<'a>) -> io::Result<Self> {
        let (compression, bytes) = decoder(&open)?;
        Ok(Self { open, bytes, delivered: 0, compression, progress: Progress::Open })
    }

    /// Reads until `buffer` holds `target` bytes or the stream is over.
    ///
    /// # Errors
    /// Only what the file system says; a damaged stream is progress of its own.
    pub(super) fn fill(&mut self, buffer: &mut Vec<u8>, target: usize) -> io::Result<()> {
        while buffer.len() < target && self.progress == Progress::Open {
            let before = buffer.len();
            let wanted = (target - before) as u64;
            let outcome = self.bytes.by_ref().take(wanted).read_to_end(buffer);
            self.delivered += (buffer.len() - before) as u64;
            match outcome {
                Ok(_) if buffer.len() < target => self.progress = Progress::End,
                Ok(_) => {}
                Err(error) => self.broke(error, buffer)?,
            }
        }
        Ok(())
    }

    // Decoders throw away what one read call decoded before the damage: what they withheld is fetched byte by byte.
    fn broke(&mut self, error: io::Error, buffer: &mut Vec<u8>) -> io::Result<()> {
        if error.get_ref().is_some_and(|inner| inner.is::<FromDisk>()) {
            return Err(error);
        }
        let (_, mut again) = decoder(&self.open)?;
        io::copy(&mut again.by_ref().take(self.delivered), &mut io::sink())?;
        let mut byte = [0];
        while let Ok(1) = again.read(&mut byte) {
            buffer.push(byte[0]);
            self.delivered += 1;
        }
        self.progress = Progress::Broken(format!("{} stream is damaged: {error}", self.compression.as_str()));
        Ok(())
    }
}

pub(super) fn decoder<'a>(open: &Open<'a>) -> io::Result<(Compression, Box<dyn Read + Send + 'a>)> {
    let mut file = Disk(open()?);
    let mut head = Vec::with_capacity(4);
    file.by_ref().take(4).read_to_end(&mut head)?;
    let compression = Compression::of(&head);
    let whole = Cursor::new(head).chain(file);
    let buffered = |whole| BufReader::with_capacity(256 << 10, whole);
    Ok(match compression {
        Compression::None => (compression, Box::new(whole)),
        Compression::Gzip => (compression, Box::new(MultiGzDecoder::new(buffered(whole)))),
        Compression::Zstd => (compression, Box::new(zstd::Decoder::with_buffer(buffered(whole))?)),
    })
}

/// Marks errors of the file system, so that they are told from errors of a decoder.
struct Disk<R>(R);

#[derive(Debug, thiserror::Error)]
#[error(transparent)]
struct FromDisk(io::Error);

impl<R: Read> Read for Disk<R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        self.0.read(into).map_err(|error| match error.kind() {
            io::ErrorKind::Interrupted => error,
            kind => io::Error::new(kind, FromDisk(error)),
        })
    }
}
