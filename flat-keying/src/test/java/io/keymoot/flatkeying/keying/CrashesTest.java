package io.keymoot.flatkeying.keying;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** P11: a minority vanishes in one moment, in the middle of whatever goes on; the rest go on. */
class CrashesTest {

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
  void whenThreeOfEightVanishAtOnceTheRestRekeyAndGoOn(long seed) {
    Random random = new Random(seed);
    Group group = new Group(seed);
    group.found("anna", "chair", Group.CHAIR_EXPELS);
    for (int i = 1; i < 8; i++) {
      group.join("n" + i, i == 1 ? "chair" : "");
    }
    group.run(8_000);
    assertThat(group.members()).hasSize(8);
    List<Group.Node> members = new ArrayList<>(group.members());
    Collections.shuffle(members, random);
    List<Group.Node> crash = members.subList(0, 3);
    List<Group.Node> stay = members.subList(3, 8);

    // All at once: an end, a new stay, a newcomer and a fresh key, whoever of them will crash.
    Group.Node expelled = stay.get(0);
    group.members().stream()
        .filter(node -> node.name.equals(seed % 2 == 0 ? "anna" : "n1") && node != expelled)
        .forEach(chair -> chair.step(new Input.Expel(expelled.device())));
    crash.get(0).step(new Input.Renew(Optional.empty()));
    crash.get(1).step(new Input.Refresh());
    Group.Node late = group.join("late", "");
    group.run(random.nextInt(400));
    crash.forEach(node -> node.isDown = true);
    group.run(15_000);
    stay.get(1).step(new Input.Leave());
    group.run(10_000);

    assertThat(late.core.isMember()).as(group.show()).isTrue();
    assertThat(group.members()).as(group.show()).contains(late, stay.get(2), stay.get(3));
    assertThat(group.members()).doesNotContain(stay.get(1));
    assertThat(group.allReadAll()).as(group.show()).isTrue();
    for (Group.Node node : group.members()) {
      assertThat(node.status.state()).as(group.show()).isEqualTo(Effect.State.SETTLED);
    }
  }
}
