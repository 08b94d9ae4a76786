package io.keymoot.flatkeying.group;

import io.keymoot.flatkeying.fact.MemberId;
import io.keymoot.flatkeying.fact.SignedHeader;
import java.util.AbstractList;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The last signed word of each member, in the order of ids. A list, because there is one for every
 * pair of members in a process of many: a map would take 56 bytes for each where this takes four.
 */
final class LastWords {
  private final List<SignedHeader> words = new ArrayList<>();

  /** The authors, as a list to search in. */
  private final List<MemberId> authors =
      new AbstractList<>() {
        @Override
        public MemberId get(int index) {
          return words.get(index).header().author();
        }

        @Override
        public int size() {
          return words.size();
        }
      };

  @Nullable SignedHeader of(MemberId author) {
    int at = Collections.binarySearch(authors, author);
    return at < 0 ? null : words.get(at);
  }

  void put(SignedHeader word) {
    int at = Collections.binarySearch(authors, word.header().author());
    if (at < 0) {
      words.add(-at - 1, word);
    } else {
      words.set(at, word);
    }
  }

  List<SignedHeader> all() {
    return words;
  }
}
