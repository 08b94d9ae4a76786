package io.keymoot.flatkeying.house.bad;

import java.util.logging.Logger;

/** Breaks the rule against logs, once in each method. */
final class Talks {
  void log() {
    Logger.getLogger("house").info("said");
  }

  void systemLogger() {
    System.getLogger("house").log(System.Logger.Level.INFO, "said");
  }

  void print() {
    System.out.println("said");
  }

  void stackTrace(Exception e) {
    e.printStackTrace();
  }
}
