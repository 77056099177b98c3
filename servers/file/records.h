/*
 * Records: small objects of one size each class, several to a page.
 *
 *   page:  | struct record_page | record | record | ... |
 *
 *   R1  a page belongs to one class, and has at least one record in use; with the last one it is given back
 *   R2  a class's list has its pages with room; its other pages are in no list
 *   R3  a free record is in its page's list, or after those that were ever in use
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

struct quota;
struct record_page;

struct record_class {
    uint32_t size;
    bool is_unreserved;  /* set after record_class_init(): its pages are not from the reserve (P4 of pages.h) */
    struct quota *quota; /* or they are charged to this quota (quota.h) */
    struct record_page *with_room;
    uint32_t records, pages;
};

enum { RECORD_MAX = 2000 };

/* A class of records of `size` bytes, at most RECORD_MAX, without records. */
void record_class_init(struct record_class *class, uint32_t size);

/* Zeroed; null: no memory. */
void *record_make(struct record_class *class);
void record_free(struct record_class *class, void *record);

/* The class of a record. */
struct record_class *record_class_of(const void *record);

/* Panics unless R1..R3 hold; returns the pages of the class. */
uint32_t record_audit(const struct record_class *class);
