//! A small proxy, as stands before several servers: each connection goes to the next server in turn, and to the one
//! after it when that one does not answer. It passes bytes on, whatever they are.

use std::{
    net::SocketAddr,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
};

use tokio::{
    io::copy_bidirectional,
    net::{TcpListener, TcpStream},
    task::JoinHandle,
};

use super::caller::Door;

/// The proxy. It stops when this goes; connections that are open stay.
pub struct Proxy {
    door: Door,
    task: JoinHandle<()>,
}

impl Proxy {
    /// Before these servers.
    pub async fn before(servers: Vec<SocketAddr>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let door = Door::new(listener.local_addr().expect("an address"));
        let (servers, turn) = (Arc::new(servers), Arc::new(AtomicUsize::new(0)));
        let task = tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                let first = turn.fetch_add(1, Ordering::Relaxed);
                tokio::spawn(pass_on(client, servers.clone(), first));
            }
        });
        Self { door, task }
    }

    /// The way to it.
    pub fn door(&self) -> Door {
        self.door.clone()
    }
}

async fn pass_on(mut client: TcpStream, servers: Arc<Vec<SocketAddr>>, first: usize) {
    for n in 0..servers.len() {
        if let Ok(mut server) = TcpStream::connect(servers[(first + n) % servers.len()]).await {
            // Either side may be gone at any moment.
            let _ = copy_bidirectional(&mut client, &mut server).await;
            return;
        }
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.task.abort();
    }
}
