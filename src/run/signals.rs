//! Signals that end a run.

/// Hears SIGINT, SIGTERM and SIGHUP.
pub(super) struct Signals {
    #[cfg(unix)]
    heard: Option<[tokio::signal::unix::Signal; 3]>,
}

impl Signals {
    /// Begins to listen. A system that refuses keeps its default: the signal then ends tollgate itself.
    pub fn new() -> Self {
        #[cfg(unix)]
        {
            use tokio::signal::unix::{SignalKind, signal};
            let listen = || -> std::io::Result<_> {
                Ok([
                    signal(SignalKind::interrupt())?,
                    signal(SignalKind::terminate())?,
                    signal(SignalKind::hangup())?,
                ])
            };
            Self {
                heard: listen().ok(),
            }
        }
        #[cfg(not(unix))]
        Self {}
    }

    /// The next signal, by the name that outputs show.
    pub async fn next(&mut self) -> &'static str {
        #[cfg(unix)]
        if let Some([interrupt, terminate, hangup]) = &mut self.heard {
            return tokio::select! {
                _ = interrupt.recv() => "SIGINT",
                _ = terminate.recv() => "SIGTERM",
                _ = hangup.recv() => "SIGHUP",
            };
        }
        #[cfg(not(unix))]
        if tokio::signal::ctrl_c().await.is_ok() {
            return "SIGINT";
        }
        std::future::pending().await
    }
}
