package io.keymoot.daemon;

import io.keymoot.daemon.setting.Places;
import io.keymoot.daemon.setting.Setting;
import io.keymoot.daemon.setting.Settings;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.awaitility.Awaitility;

/**
 * Real daemons in the test's own process, over JGroups' in-memory network, on ports of their own.
 */
final class TestDaemon {
  private TestDaemon() {}

  /**
   * @param words the folder of its state, and settings as {@code key=value}
   */
  static Daemon start(List<String> words) {
    Path state = Path.of(words.get(0));
    Map<String, String> flags = new TreeMap<>();
    flags.put(Setting.TRANSPORT.key(), "local");
    flags.put(Setting.API.key(), "127.0.0.1:0");
    for (String word : words.subList(1, words.size())) {
      flags.put(word.substring(0, word.indexOf('=')), word.substring(word.indexOf('=') + 1));
    }
    Places places = Places.of(state, state, name -> null);
    Settings settings = Settings.read(flags, name -> null, places.settings());
    Daemon daemon = Daemon.open(places, settings);
    try {
      daemon.join();
    } catch (RuntimeException e) {
      daemon.close();
      throw e;
    }
    if (!"no".equals(flags.get(Setting.FOUND.key()))) {
      Awaitility.await().atMost(java.time.Duration.ofSeconds(60)).until(daemon::isReady);
    }
    return daemon;
  }
}
