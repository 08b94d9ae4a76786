package io.keymoot.benchmarks.compare;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** What has to be said beside the ratios: what the others give, and what is not counted. */
final class Fairness {
  private Fairness() {}

  static List<String> notes(Figures figures) {
    List<String> notes = new ArrayList<>();
    notes.add(
        "MLS: much of its cost at large N is that this implementation hashes the whole tree again."
            + " \"MLS, ideal\" is what no implementation can do without in a warm tree, made with"
            + " the same primitives: a key pair and a seal a level, and the signatures."
            + beside(figures));
    notes.add(
        "MLS: suite 1 (X25519, AES-128-GCM, Ed25519; 128 bits, as the X25519 and Ed25519 of ours),"
            + " so its bytes are not post-quantum; ours are X-Wing (X25519 and ML-KEM-768) and"
            + " AES-256-GCM. With X-Wing an MLS self-update is about 8 × larger.");
    notes.add(
        "MLS heals with each commit: every commit replaces the author's own keys, and every message"
            + " ratchets. Ours heals with a Here and a Rekey, and ratchets per epoch, not per"
            + " message. MLS signs each message; ours does where asked to.");
    notes.add(
        "MLS needs a server, or an agreement, that puts commits in one order; the cost of that is"
            + " not counted but for one delay of the network. Ours needs none.");
    notes.add(
        "MLS: a warm tree, in which everybody has committed once, is its best case, and a cold one,"
            + " which one member made of all, its worst. Its Add is measured with a path, for this"
            + " implementation refuses to repeat one without; its state grows by 768 B an epoch,"
            + " which is not in the memory shown. Forming a large group takes it minutes, so its"
            + " lines end at 2,048 (warm) and 4,096 (cold).");
    notes.add(
        "Keymoot, N ≤ 128: all members are run, in one JVM, on a network and a clock of their own,"
            + " and newcomers come 128 at a time. Each removal begins when all slots have fresh"
            + " keys. A new group is formed after four rounds, for what came and went stays in the"
            + " facts: a row of its own says how much. Who"
            + " changes, the newcomer and five of those who follow share nothing with anybody: each"
            + " checks every signature and makes every state itself. CPU is of everything a peer"
            + " did for the change, seals and asking included, until a second later, where that of"
            + " MLS is of the one call. Heartbeats, which say who holds what, are not in these"
            + " figures; they are 20 a second for the whole group. Memory is as above 128.");
    notes.add(
        "Keymoot, N > 128: a group in its quiet hours is made at once, and of its members only"
            + " those are run who are measured, with who relays to them or answers them: who"
            + " changes, the newcomer, and one who follows, drawn anew each time from all. Each"
            + " remembers the signatures of the facts the group is made of, as every member does,"
            + " and checks all that is new itself; what follows from the facts each made for"
            + " itself. What they share are the bytes of credentials and leaf keys. Who changes has"
            + " sessions with those few it seals to. Left out is what comes in the background:"
            + " about 32 of the members check a newcomer's credential, slots are renewed. Delays of"
            + " the network are counted in the cover: one for wraps and seals, one more for each"
            + " relay. Memory is of members that share nothing at all, the signatures they remember"
            + " included.");
    if (!figures.sizes(Membership.EVERYBODY, What.REMOVE_FOLLOW).isEmpty()) {
      notes.add(
          "\"Keymoot, everybody run\" is the same size with all members acting on a network: it"
              + " says whether those few stand for all.");
    }
    notes.add(
        "\"Keymoot\" takes turns with MLS, so that the processors' caches are cold for both;"
            + " \"Keymoot, fresh slots\", the seals, the trees and the paper's rule are each"
            + " measured in a row of the same, where they are warm: so the same removal has two"
            + " figures, and each of the others is set beside the one that was measured as it"
            + " was.");
    notes.add(
        "Keymoot: slots are of 4 symbols up to 200 members, of 16 above, so a slope across that is"
            + " of two tables. \"Fresh slots\" are those of a quiet group, in which nobody went"
            + " since they were renewed; then nobody needs a seal, so that sessions make no"
            + " difference. More who went since make a removal dearer, as the table says. Above"
            + " 1,024 members the only line is that of who has no sessions, for nobody has sessions"
            + " with ten thousand.");
    notes.add(
        "Keymoot renews the slots that a removal wore out. No removal waits for that, but it costs"
            + " many times the bytes of the removal itself: each member asks for its slots' fresh"
            + " keys, and is given them one by one with a hybrid seal of 1.2 kB, at a pace. \"In"
            + " all\" counts it to the end, beside a Commit of MLS, after which nothing follows;"
            + " what it costs each member in CPU is a row of its own, in no goal."
            + " It needs everybody to be run, so it is not known of the largest groups.");
    notes.add(
        "Keymoot: a newcomer fetches the facts once, all of them, and keeps them; a long history"
            + " costs more than that of a group just formed, which is measured here. Credentials"
            + " are short words here, not certificates, for both: a Commit of MLS has its author's"
            + " in it, and so has a removal by role of ours.");
    notes.add(
        "Frames: a message of MLS is measured from the text to the bytes and back, with its"
            + " signature and its ratchet; ours likewise, under the group's key, or with one"
            + " signature for up to 32 frames (\"senders proved\"). The raw cipher is what neither"
            + " can be faster than; it does not depend on N and is measured beside each.");
    notes.add(
        "JGroups: all members are in one JVM, over its loopback transport, with equal stacks; the"
            + " encryptions are where its shipped stacks have them, with AES-256/CBC and RSA of"
            + " 2,048 bits (made beforehand, a few for all), and change_key_on_leave. They encrypt"
            + " the payload only, without a MAC; ours (AES-256-GCM) authenticates everything: that"
            + " the group sent it or, in the row \"senders proved\", which member, by one signature"
            + " for many messages. SYM_ENCRYPT never changes its key: its leave is the view's."
            + " Throughput among 4 is measured in turns. All else is done in rounds, in each a"
            + " fresh group of each kind, one after the other: pairs are of the same round, but for"
            + " what is measured once.");
    notes.add(
        "The bytes of a leave are all that went over the network from the goodbye until a second"
            + " after the new key was in use and the channel was closed, JGroups' own view and what"
            + " was sent again included, and nothing is taken off. Not in them are, for all of"
            + " them, heartbeats, failure detection and word of what was received, told apart by"
            + " what they are; and of ours the keys of slots. Both stand in rows of their own. \"In"
            + " all\" begins when the keys of slots are at rest and ends when they are again, so"
            + " it has everything in it but heartbeats; ASYM_ENCRYPT has nothing that follows its"
            + " leave. A quick run has no time to wait for that: it adds what the cores alone need"
            + " for it, on a clock of their own.");
    notes.add(
        "Ours leave a group that"
            + " has been calm for some seconds: a leave right after another change waits up to two,"
            + " so that several need one new key; and they go"
            + " on sending under the old one for up to 0.9 s, so that all have the new one by then:"
            + " a row of its own says when they do not any more.");
    notes.add(
        "While one leaves, the others send 1,600 messages a second in all, but none more often than"
            + " every 5 ms: at N = 64 that is 100,000 deliveries a second in one process, and what"
            + " 64 nodes of ours do with them fills two processors. Where they are full before"
            + " anybody leaves, the figure says how long the machine takes to catch up, not what"
            + " the leave does. So it is measured once more with a quarter of the talk. How much of"
            + " the processors the talk takes, and how late the latest message comes in the second"
            + " before anybody leaves, are rows of their own; the worst delivery is that of both"
            + " times together.");
    notes.add(
        "Pairwise seals, the key tree and the paper's rule: how many bytes and wraps one removal"
            + " takes is worked out by the simulator's working models of them; as many wraps are"
            + " then made for the figure of CPU, with one signature and its check. They stand for"
            + " the idea, without what a product of them would need besides. Under churn and"
            + " faults they are compared by simulation/bin/simulate."
            + " The paper's rule is worked out up to 1,100 members.");
    notes.add(
        "Not run here, as measured elsewhere, one removal: DCGKA's own Java code among 128: 40 kB"
            + " in all, 51 ms for who does it and 53 ms for each who follows; OpenMLS among 500:"
            + " 6.2 kB, 21 ms, and 110 kB for a newcomer.");
    return notes;
  }

  private static String beside(Figures figures) {
    return ratio(figures, What.REMOVE_AUTHOR)
        .flatMap(
            author ->
                ratio(figures, What.REMOVE_FOLLOW)
                    .map(
                        follow ->
                            " Beside it ours takes "
                                + author
                                + " for who removes and "
                                + follow
                                + " for who follows (N = 1,024)."))
        .orElse("");
  }

  private static Optional<String> ratio(Figures figures, What what) {
    return figures
        .ratio(Membership.OURS, MlsIdeal.NAME, what, Membership.LARGE)
        .map(ratio -> Goal.times(ratio.median()));
  }
}
