package io.keymoot.runtime;

import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import javax.net.ServerSocketFactory;
import javax.net.SocketFactory;
import org.jgroups.util.DefaultSocketFactory;
import org.jspecify.annotations.Nullable;

/**
 * Sockets of TCP whose writes end: one that the other end has not taken whole within so long closes
 * its socket; there is a new connection when there is something to say.
 *
 * <p>Java has no timeout for writing. JGroups writes where it must not wait: it says goodbye on a
 * connection to whoever left its view, on the thread that hands the view on. To an end behind a
 * cut, or one that reads nothing on purpose, that write never ended: the view reached nobody, and
 * after the cut the two sides stayed parted for minutes.
 */
final class BoundedWrites {
  private final long mostNanos;
  private final Set<WatchedSocket> open = ConcurrentHashMap.newKeySet();

  private BoundedWrites(long mostMillis) {
    mostNanos = TimeUnit.MILLISECONDS.toNanos(mostMillis);
  }

  /**
   * @param mostMillis how long one write may take; it ends at most a quarter of that later
   */
  static org.jgroups.util.SocketFactory factory(long mostMillis) {
    BoundedWrites writes = new BoundedWrites(mostMillis);
    Watch watch = new Watch(writes);
    return new DefaultSocketFactory(writes.sockets(watch), writes.serverSockets(watch));
  }

  /** Looks at all open sockets now and then, while there are any. */
  private static final class Watch {
    private final BoundedWrites writes;
    private boolean runs;

    Watch(BoundedWrites writes) {
      this.writes = writes;
    }

    synchronized void begin(WatchedSocket socket) {
      writes.open.add(socket);
      if (!runs) {
        runs = true;
        // A thread of its own: those that it looks after may hold all that virtual ones run on.
        Thread.ofPlatform().daemon().name("keymoot-tcp-writes").start(this::look);
      }
    }

    private synchronized boolean ends() {
      runs = !writes.open.isEmpty();
      return !runs;
    }

    private void look() {
      while (!ends()) {
        LockSupport.parkNanos(writes.mostNanos / 4);
        long now = System.nanoTime();
        for (WatchedSocket each : writes.open) {
          if (each.isStuck(now, writes.mostNanos)) {
            each.giveUp();
          }
        }
      }
    }
  }

  private SocketFactory sockets(Watch watch) {
    return new SocketFactory() {
      @Override
      public Socket createSocket() {
        return watched(watch);
      }

      @Override
      public Socket createSocket(String host, int port) throws IOException {
        return connected(new InetSocketAddress(host, port));
      }

      @Override
      public Socket createSocket(InetAddress host, int port) throws IOException {
        return connected(new InetSocketAddress(host, port));
      }

      @Override
      public Socket createSocket(String host, int port, InetAddress own, int ownPort)
          throws IOException {
        return connected(new InetSocketAddress(host, port), new InetSocketAddress(own, ownPort));
      }

      @Override
      public Socket createSocket(InetAddress host, int port, InetAddress own, int ownPort)
          throws IOException {
        return connected(new InetSocketAddress(host, port), new InetSocketAddress(own, ownPort));
      }

      private Socket connected(InetSocketAddress to) throws IOException {
        return connected(to, null);
      }

      private Socket connected(InetSocketAddress to, @Nullable InetSocketAddress own)
          throws IOException {
        Socket socket = watched(watch);
        try {
          socket.bind(own);
          socket.connect(to);
          return socket;
        } catch (IOException | RuntimeException e) {
          // Nobody else has it: it would be watched for ever.
          socket.close();
          throw e;
        }
      }
    };
  }

  private ServerSocketFactory serverSockets(Watch watch) {
    return new ServerSocketFactory() {
      @Override
      public ServerSocket createServerSocket() throws IOException {
        return new ServerSocket() {
          @Override
          public Socket accept() throws IOException {
            Socket socket = watched(watch);
            try {
              implAccept(socket);
              return socket;
            } catch (IOException | RuntimeException e) {
              // Nobody else has it: it would be watched for ever.
              socket.close();
              throw e;
            }
          }
        };
      }

      @Override
      public ServerSocket createServerSocket(int port) throws IOException {
        return bound(new InetSocketAddress(port), 0);
      }

      @Override
      public ServerSocket createServerSocket(int port, int backlog) throws IOException {
        return bound(new InetSocketAddress(port), backlog);
      }

      @Override
      public ServerSocket createServerSocket(int port, int backlog, InetAddress own)
          throws IOException {
        return bound(new InetSocketAddress(own, port), backlog);
      }

      private ServerSocket bound(InetSocketAddress to, int backlog) throws IOException {
        ServerSocket socket = createServerSocket();
        socket.bind(to, backlog);
        return socket;
      }
    };
  }

  private WatchedSocket watched(Watch watch) {
    WatchedSocket socket = new WatchedSocket(open);
    watch.begin(socket);
    return socket;
  }

  private static final class WatchedSocket extends Socket {
    private static final long IDLE = 0;

    private final Set<WatchedSocket> open;

    /** Since when a write waits to be taken. JGroups' streams let in one at a time. */
    private volatile long writingSince = IDLE;

    WatchedSocket(Set<WatchedSocket> open) {
      this.open = open;
    }

    boolean isStuck(long now, long mostNanos) {
      long since = writingSince;
      return since != IDLE && now - since > mostNanos;
    }

    void giveUp() {
      try {
        close();
      } catch (IOException e) {
        // It is as good as closed: nothing was taken from it.
      }
    }

    @Override
    public OutputStream getOutputStream() throws IOException {
      return new FilterOutputStream(super.getOutputStream()) {
        @Override
        public void write(byte[] bytes, int offset, int length) throws IOException {
          writingSince = System.nanoTime() | 1;
          try {
            out.write(bytes, offset, length);
          } finally {
            writingSince = IDLE;
          }
        }

        @Override
        public void write(int one) throws IOException {
          write(new byte[] {(byte) one}, 0, 1);
        }
      };
    }

    @Override
    public void close() throws IOException {
      open.remove(this);
      super.close();
    }
  }
}
