//! Bounded lines in, whole lines out.

use std::io;
use std::sync::Arc;
use tokio::io::{AsyncBufReadExt as _, AsyncRead, AsyncWrite, AsyncWriteExt as _, BufReader};
use tokio::sync::Mutex;

/// What came in.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Line {
    /// A line without its end.
    Whole(Vec<u8>),
    /// A line longer than the bound; it was dropped.
    TooLong,
    /// Nothing will come any more.
    End,
}

/// Reads lines of bounded length. Dropping the future of [`LineReader::next`] loses nothing.
#[derive(Debug)]
pub(crate) struct LineReader<R> {
    input: BufReader<R>,
    line: Vec<u8>,
    longest: usize,
    dropping: bool,
}

impl<R: AsyncRead + Unpin> LineReader<R> {
    /// Lines of `input` of at most `longest` bytes.
    pub(crate) fn new(input: R, longest: usize) -> Self {
        Self { input: BufReader::new(input), line: Vec::new(), longest, dropping: false }
    }

    /// The next line. A last line without its end is delivered too.
    pub(crate) async fn next(&mut self) -> Line {
        loop {
            // A stream that cannot be read is at its end; there is nobody to tell.
            let Ok(available) = self.input.fill_buf().await else { return Line::End };
            if available.is_empty() {
                let dropped = std::mem::take(&mut self.dropping);
                if self.line.is_empty() {
                    return if dropped { Line::TooLong } else { Line::End };
                }
                return Line::Whole(std::mem::take(&mut self.line));
            }
            let end = available.iter().position(|byte| *byte == b'\n');
            let part = available.get(..end.unwrap_or(available.len())).unwrap_or_default();
            if !self.dropping && self.line.len() + part.len() > self.longest {
                self.line = Vec::new();
                self.dropping = true;
            }
            if !self.dropping {
                self.line.extend_from_slice(part);
            }
            let used = end.map_or(available.len(), |end| end + 1);
            self.input.consume(used);
            if end.is_some() {
                if std::mem::take(&mut self.dropping) {
                    return Line::TooLong;
                }
                return Line::Whole(std::mem::take(&mut self.line));
            }
        }
    }
}

/// Writes whole lines, one after the other, from any number of tasks.
#[derive(Debug)]
pub(crate) struct LineWriter<W>(Arc<Mutex<Option<W>>>);

impl<W> Clone for LineWriter<W> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}

impl<W: AsyncWrite + Unpin> LineWriter<W> {
    /// Lines to `output`.
    pub(crate) fn new(output: W) -> Self {
        Self(Arc::new(Mutex::new(Some(output))))
    }

    /// Writes a line and its end.
    ///
    /// # Errors
    /// When the other end is gone; nothing is written after that.
    pub(crate) async fn write(&self, mut line: Vec<u8>) -> io::Result<()> {
        line.push(b'\n');
        let mut output = self.0.lock().await;
        let Some(writer) = output.as_mut() else { return Err(io::ErrorKind::NotConnected.into()) };
        let written = match writer.write_all(&line).await {
            Ok(()) => writer.flush().await,
            Err(error) => Err(error),
        };
        if written.is_err() {
            *output = None;
        }
        written
    }

    /// Lets go of the stream.
    pub(crate) async fn close(&self) {
        *self.0.lock().await = None;
    }
}

#[cfg(test)]
mod tests {
    use super::{Line, LineReader};

    async fn read(text: &str, longest: usize) -> Vec<Line> {
        let mut reader = LineReader::new(text.as_bytes(), longest);
        let mut lines = Vec::new();
        loop {
            match reader.next().await {
                Line::End => return lines,
                line => lines.push(line),
            }
        }
    }

    fn whole(text: &str) -> Line {
        Line::Whole(text.as_bytes().to_vec())
    }

    #[tokio::test]
    async fn lines_are_cut_and_the_last_needs_no_end() {
        assert_eq!(read("a\n\nb\r\nc", 9).await, [whole("a"), whole(""), whole("b\r"), whole("c")]);
    }

    #[tokio::test]
    async fn a_long_line_is_dropped_and_the_next_one_read() {
        assert_eq!(read("abcdef\nab\n", 5).await, [Line::TooLong, whole("ab")]);
        assert_eq!(read("abcde\nabcdefg", 5).await, [whole("abcde"), Line::TooLong]);
    }
}
