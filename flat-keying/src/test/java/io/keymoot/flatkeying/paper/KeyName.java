package io.keymoot.flatkeying.paper;

/**
 * Which key is meant; public, as in the paper's headers.
 *
 * @param place in the table or tree; {@link #TEK} for the key of traffic
 * @param version counts replacements by fresh keys
 * @param revision counts steps through the one-way function
 */
public record KeyName(int place, int version, int revision) {
  public static final int TEK = -1;

  public KeyName stepped() {
    return new KeyName(place, version, revision + 1);
  }

  @Override
  public String toString() {
    return (place == TEK ? "TEK" : "K" + place) + " v" + version + "." + revision;
  }
}
