package io.keymoot.flatkeying.house.bad;

import java.io.File;
import java.io.FileInputStream;
import java.io.IOException;
import java.net.Socket;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;

/** Breaks the rule against the outside world, once in each method. */
final class GoesOutside {
  boolean file(File file) {
    return file.exists();
  }

  Object stream() throws IOException {
    return new FileInputStream("house");
  }

  String path() {
    return Path.of("house").toString();
  }

  Object socket() throws IOException {
    return new Socket("localhost", 1);
  }

  Object channel() throws IOException {
    return SocketChannel.open();
  }
}
