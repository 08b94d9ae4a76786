package io.keymoot.admission;

/**
 * Something wrong in a policy file, for the person who wrote it.
 *
 * @param line counted from 1
 * @param key path to the place, such as {@code admit.any[2].certificate}; empty for the whole file
 */
public record PolicyError(int line, String key, String problem, String remedy) {

  @Override
  public String toString() {
    return "line " + line + (key.isEmpty() ? "" : ", " + key) + ": " + problem + ' ' + remedy;
  }
}
