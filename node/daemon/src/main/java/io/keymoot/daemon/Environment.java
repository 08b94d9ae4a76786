package io.keymoot.daemon;

import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** The process's environment; tests that run commands in one JVM put theirs before it. */
final class Environment {
  private Environment() {}

  private static volatile @Nullable Map<String, String> instead;

  static @Nullable String get(String name) {
    Map<String, String> test = instead;
    return test == null ? System.getenv(name) : test.get(name);
  }

  static void replaceBy(@Nullable Map<String, String> variables) {
    instead = variables == null ? null : new TreeMap<>(variables);
  }
}
