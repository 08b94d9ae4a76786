package io.keymoot.benchmarks.compare;

import java.util.List;

/** What has to be said beside the ratios. */
final class Fairness {
  static final List<String> NOTES =
      List.of(
          "MLS: much of its cost at large N is that this implementation hashes the whole tree"
              + " again. An ideal MLS on the same primitives would take about 2.8 ms to commit and"
              + " 0.6 ms to process at N = 1,024.",
          "MLS: suite 1 (X25519, AES-128-GCM, Ed25519), so its bytes are not post-quantum; ours are"
              + " X-Wing (X25519 and ML-KEM-768) and AES-256-GCM. With X-Wing an MLS self-update"
              + " is about 8 × larger.",
          "MLS heals with each commit: every commit replaces the author's own keys, and every"
              + " message ratchets. Ours heals with a Here and a Rekey, and ratchets per epoch, not"
              + " per message. MLS signs each message; ours does where asked to.",
          "MLS needs a server, or an agreement, that puts commits in one order; the cost of that is"
              + " not counted. Ours needs none.",
          "MLS: this implementation keeps old init secrets reachable for some 200 epochs, and its"
              + " state grows by 768 B an epoch; ours erases within 30 s. Its Add is measured with"
              + " a path, for it refuses to repeat one without.",
          "Keymoot: all members are in one JVM. Those who follow are five that share nothing and"
              + " check every signature themselves. Time on the wire is not in these figures.",
          "Keymoot: CPU is of everything a peer did for the change, seals and asking included,"
              + " until a second later. Credentials are short words here, not certificates, for"
              + " both.",
          "JGroups: all members are in one JVM, over its loopback transport, with equal stacks; the"
              + " encryptions are as its shipped stacks have them, with AES/CBC and RSA of 2,048"
              + " bits, and change_key_on_leave. They encrypt the payload only, without a MAC; ours"
              + " authenticates everything, and proves senders by one signature for many messages."
              + " SYM_ENCRYPT never changes its key: its leave is the view's. Bytes that flow"
              + " anyway (heartbeats) are taken off.",
          "A newcomer to Keymoot fetches the facts once, all of them; a long history costs more"
              + " than that of a group just formed, which is measured here.");

  private Fairness() {}
}
