package dev.remuda.client;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Marks a method of a served interface that does no harm when it runs twice. When the worker dies
 * that has such a call, as the first of its checkout, the call is sent to another; any other call
 * fails then, because it may have run.
 */
@Documented
@Target(ElementType.METHOD)
@Retention(RetentionPolicy.RUNTIME)
public @interface Idempotent {}
