package io.keymoot.flatkeying.frame;

import io.keymoot.flatkeying.Limits;
import java.util.Arrays;
import java.util.function.Predicate;

/**
 * What the ring holds at one moment: the group's keys, and the stays whose frames may be opened.
 * Immutable; the loop replaces it whole, so that a thread sees either the old or the new.
 *
 * @param version grows with each change
 * @param keys in the order they were installed
 * @param suffixes the second halves of the speakers' KIDs, ascending
 * @param speakers beside them; of equal suffixes, the first admitted first
 */
@SuppressWarnings("ArrayRecordComponent") // Never compared, and nobody outside sees the arrays.
record Held(int version, InstalledKey[] keys, int[] suffixes, Speaker[] speakers) {
  static final Held NOTHING = new Held(0, new InstalledKey[0], new int[0], new Speaker[0]);
  private static final OpenKey[] NONE = {};

  Held withKey(InstalledKey key) {
    InstalledKey[] more = Arrays.copyOf(keys, keys.length + 1);
    more[keys.length] = key;
    return new Held(version + 1, more, suffixes, speakers);
  }

  Held withoutKey(InstalledKey key) {
    InstalledKey[] fewer =
        Arrays.stream(keys).filter(each -> each != key).toArray(InstalledKey[]::new);
    return new Held(version + 1, fewer, suffixes, speakers);
  }

  Held with(Speaker speaker) {
    int place = placeAfter(speaker.id.kidSuffix());
    int[] moreSuffixes = new int[suffixes.length + 1];
    Speaker[] more = new Speaker[speakers.length + 1];
    System.arraycopy(suffixes, 0, moreSuffixes, 0, place);
    System.arraycopy(speakers, 0, more, 0, place);
    moreSuffixes[place] = speaker.id.kidSuffix();
    more[place] = speaker;
    System.arraycopy(suffixes, place, moreSuffixes, place + 1, suffixes.length - place);
    System.arraycopy(speakers, place, more, place + 1, speakers.length - place);
    return new Held(version + 1, keys, moreSuffixes, more);
  }

  Held without(Predicate<Speaker> gone) {
    Speaker[] fewer = Arrays.stream(speakers).filter(gone.negate()).toArray(Speaker[]::new);
    int[] fewerSuffixes = Arrays.stream(fewer).mapToInt(each -> each.id.kidSuffix()).toArray();
    return new Held(version + 1, keys, fewerSuffixes, fewer);
  }

  /** All that a KID may mean, {@link Limits#KID_CANDIDATES} at most. */
  OpenKey[] find(long kid, KeyRing ring) {
    int prefix = (int) (kid >>> 32);
    int suffix = (int) kid;
    OpenKey[] found = NONE;
    for (int i = placeAfter(suffix - 1L); i < suffixes.length && suffixes[i] == suffix; i++) {
      for (InstalledKey key : keys) {
        if (key.epoch.kidPrefix() == prefix && found.length < Limits.KID_CANDIDATES) {
          found = Arrays.copyOf(found, found.length + 1);
          found[found.length - 1] = speakers[i].keyUnder(key, ring);
        }
      }
    }
    return found;
  }

  /** How many suffixes are at most {@code suffix}. */
  private int placeAfter(long suffix) {
    int low = 0;
    int high = suffixes.length;
    while (low < high) {
      int middle = (low + high) >>> 1;
      if (suffixes[middle] <= suffix) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    return low;
  }
}
