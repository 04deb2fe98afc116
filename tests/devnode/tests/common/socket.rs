//! A WebSocket by hand, so that what it sends can be wrong.
#![allow(dead_code, missing_docs, unreachable_pub)]

use serde_json::Value;
use std::net::SocketAddr;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

pub const TEXT: u8 = 1;
pub const BINARY: u8 = 2;
pub const CLOSE: u8 = 8;
pub const PING: u8 = 9;
pub const PONG: u8 = 10;

pub struct Socket(pub TcpStream);

impl Socket {
    /// Connects and upgrades.
    pub async fn open(address: SocketAddr) -> Self {
        let mut stream = TcpStream::connect(address).await.unwrap();
        let request = format!(
            "GET / HTTP/1.1\r\nhost: {address}\r\nupgrade: websocket\r\nconnection: Upgrade\r\n\
             sec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==\r\nsec-websocket-version: 13\r\n\r\n"
        );
        stream.write_all(request.as_bytes()).await.unwrap();
        let mut head = Vec::new();
        while !head.ends_with(b"\r\n\r\n") {
            head.push(stream.read_u8().await.unwrap());
        }
        assert!(
            head.starts_with(b"HTTP/1.1 101"),
            "{}",
            String::from_utf8_lossy(&head)
        );
        Self(stream)
    }

    /// A whole masked frame, as clients have to send it.
    pub fn frame(kind: u8, payload: &[u8]) -> Vec<u8> {
        let mut frame = vec![0x80 | kind];
        match payload.len() {
            size @ 0..126 => frame.push(0x80 | size as u8),
            size @ 126..65_536 => {
                frame.push(0x80 | 126);
                frame.extend((size as u16).to_be_bytes());
            }
            size => {
                frame.push(0x80 | 127);
                frame.extend((size as u64).to_be_bytes());
            }
        }
        // A mask of zeros leaves the payload as it is.
        frame.extend([0; 4]);
        frame.extend(payload);
        frame
    }

    pub async fn send(&mut self, kind: u8, payload: &[u8]) -> std::io::Result<()> {
        self.0.write_all(&Self::frame(kind, payload)).await
    }

    /// The next frame's kind and payload.
    pub async fn receive(&mut self) -> std::io::Result<(u8, Vec<u8>)> {
        let kind = self.0.read_u8().await? & 0x0f;
        let size = match self.0.read_u8().await? & 0x7f {
            126 => u64::from(self.0.read_u16().await?),
            127 => self.0.read_u64().await?,
            size => u64::from(size),
        };
        let mut payload = vec![0; size as usize];
        self.0.read_exact(&mut payload).await?;
        Ok((kind, payload))
    }

    /// The next text, past the server's own pings.
    pub async fn text(&mut self) -> std::io::Result<Value> {
        loop {
            let (kind, payload) = self.receive().await?;
            match kind {
                TEXT => return Ok(serde_json::from_slice(&payload)?),
                CLOSE => return Err(std::io::ErrorKind::ConnectionAborted.into()),
                _ => {}
            }
        }
    }

    /// The answer to a request, past whatever else arrives.
    pub async fn ask(&mut self, request: &Value) -> std::io::Result<Value> {
        self.send(TEXT, request.to_string().as_bytes()).await?;
        loop {
            let answer = self.text().await?;
            if answer["id"] == request["id"] {
                return Ok(answer);
            }
        }
    }
}
