package io.keymoot.benchmarks.compare;

import java.util.List;

/** What a figure does not say: what each of them gives for its price, and asks for. */
final class Traits {
  static final List<String> HEAD =
      List.of("", "needs", "who is out", "post-quantum", "old keys", "a message is vouched for by");

  private Traits() {}

  static List<List<String>> rows(Figures figures) {
    return List.of(
        List.of(
            "Keymoot",
            "nobody",
            "reads nothing on, alone or pooled",
            "keys yes (X-Wing), signatures no",
            held(figures, Membership.OURS, "overwritten within 30 s"),
            "the group's key; its sender's signature, one for up to 32, or for each where asked"),
        List.of(
            "MLS (Bouncy Castle)",
            "a server, or an agreement, that orders commits",
            "reads nothing on, alone or pooled",
            "no (suite 1)",
            held(figures, Membership.WARM, "not overwritten here, though the standard asks for it"),
            "its sender's signature, each"),
        List.of(
            "JGroups ASYM_ENCRYPT",
            "the coordinator, which makes the key",
            "reads nothing on with change_key_on_leave, which is off as shipped",
            "no (RSA)",
            "not overwritten",
            "nobody: no MAC"),
        List.of(
            "JGroups SYM_ENCRYPT",
            "a key put on each machine by hand",
            "reads on for good",
            "yes, there is no key agreement",
            "the one key is for good",
            "nobody: no MAC"),
        List.of(
            "pairwise seals",
            "nobody",
            "reads nothing on, alone or pooled",
            "as the seals are",
            "can be overwritten",
            "–"),
        List.of(
            "central key tree",
            "a manager, who holds all keys",
            "reads nothing on, alone or pooled",
            "as its channels are",
            "can be overwritten",
            "–"),
        List.of(
            "the paper's flat rule",
            "nobody",
            "reads on: two who pool undo it",
            "as its channels are",
            "can be overwritten",
            "–"));
  }

  /** As measured in this run, if it was. */
  private static String held(Figures figures, String who, String words) {
    return figures.sizes(who, What.OLD_EPOCHS).stream()
        .findFirst()
        .flatMap(
            epochs ->
                figures
                    .median(who, What.OLD_EPOCHS, epochs)
                    .map(
                        held ->
                            words
                                + ": of "
                                + epochs
                                + " past epochs, "
                                + Spread.number(held)
                                + " have secrets in memory"))
        .orElse(words);
  }
}
