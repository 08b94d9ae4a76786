package io.keymoot.runtime.soak;

import io.keymoot.flatkeying.wire.Bytes;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.function.Consumer;

/**
 * All that one process said to anybody, in a file beside its home: most of it crosses nobody else's
 * network, and whoever judges what an expelled device could make of it is to have it.
 */
final class Recording implements AutoCloseable {
  private static final String ENDING = ".said";

  private final OutputStream file;

  /** At the end of what the device said before it was started again. */
  Recording(Path home) throws IOException {
    this.file =
        Files.newOutputStream(
            home.resolveSibling(home.getFileName() + ENDING),
            StandardOpenOption.CREATE,
            StandardOpenOption.APPEND);
  }

  /** Each at once and whole: the process may be killed at any time. */
  synchronized void add(Bytes message) {
    try {
      file.write(
          ByteBuffer.allocate(Integer.BYTES + message.length())
              .putInt(message.length())
              .put(message.toArray())
              .array());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** What all processes said whose homes are in this folder. */
  static void all(Path folder, Consumer<Bytes> heard) throws IOException {
    try (DirectoryStream<Path> files = Files.newDirectoryStream(folder, "*" + ENDING)) {
      for (Path each : files) {
        try (DataInputStream in = new DataInputStream(Files.newInputStream(each))) {
          while (true) {
            byte[] message = new byte[in.readInt()];
            in.readFully(message);
            heard.accept(Bytes.owning(message));
          }
        } catch (EOFException end) {
          // The next file; of a message that is being written, nothing.
        }
      }
    }
  }

  @Override
  public synchronized void close() throws IOException {
    file.close();
  }
}
