/**
 * Identities, and who may join, admit and expel.
 *
 * <p>A peer asks this package a question and gets an answer. Where an answer needs a check that
 * only the outside world can make, the package asks for the check and answers when its result comes
 * back as an input.
 */
@NullMarked
package io.keymoot.admission;

import org.jspecify.annotations.NullMarked;
