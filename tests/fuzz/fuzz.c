/* Calls every kernel with random shapes, strides and values, and again with the same numbers in contiguous arrays: both answers must
   have the same bits. Compiled with the address and undefined-behaviour sanitizers, which end the program where memory that is not an
   operand's is touched. Usage: fuzz ROUNDS SEED; nothing is printed but the last line. */
#include "kernels.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

extern const closedform_kernel closedform_kernels[CLOSEDFORM_KERNELS];

static uint64_t state;

static uint32_t number(uint32_t below)
{
    state = state * 6364136223846793005u + 1442695040888963407u;
    return (uint32_t)(state >> 33) % below;
}

/* Mostly ordinary; sometimes what a domain or a format ends with, sometimes any bits. */
static double value(int wild)
{
    static const double special[] = {0.0, -0.0, 1.0, -1.0, 1e-310, 5e-324, 1e308, -1e308, 1e-40, 3e38, 709.0, -709.0, 89.0, -745.0};
    if (wild && number(8) == 0) {
        const double zero = special[0];
        const uint32_t which = number(18);
        if (which < 14) {
            return special[which];
        }
        return which == 14 ? 1.0 / zero : which == 15 ? -1.0 / zero : which == 16 ? zero / zero : -(double)number(1000000);
    }
    return 0.001 * (1 + number(4000));
}

typedef struct {
    char *memory;
    char *first;
    intptr_t outer;
    intptr_t inner;
} array;

static array allocate(intptr_t rows, intptr_t k, intptr_t size, int varied, int input)
{
    static const intptr_t steps[] = {1, 1, 1, 2, 3, -1, -2};
    array made;
    made.inner = (varied ? steps[number(7)] : 1) * size;
    if (varied && input && number(6) == 0) {
        made.inner = 0;
    }
    const intptr_t row = (k > 0 ? (k - 1) * llabs(made.inner) : 0) + size;
    made.outer = varied && input && number(6) == 0 ? 0 : varied ? row + size * (intptr_t)number(3) : k * size;
    made.memory = malloc((size_t)((rows > 0 ? rows - 1 : 0) * made.outer + row));
    made.first = made.memory + (made.inner < 0 && k > 0 ? (k - 1) * -made.inner : 0);
    return made;
}

static char *at(array a, intptr_t row, intptr_t j)
{
    return a.first + row * a.outer + j * a.inner;
}

static int same(const char *a, const char *b, intptr_t size)
{
    if (memcmp(a, b, (size_t)size) == 0) {
        return 1;
    }
    /* Two NaN may differ in sign. */
    return size == 4 ? *(const float *)a != *(const float *)a && *(const float *)b != *(const float *)b
                     : *(const double *)a != *(const double *)a && *(const double *)b != *(const double *)b;
}

static int once(void)
{
    const closedform_kernel *kernel = &closedform_kernels[number(CLOSEDFORM_KERNELS)];
    const int operands = kernel->inputs + kernel->outputs;
    const intptr_t size = number(2) ? 4 : 8;
    const int wild = number(3) != 0;
    const int sums = strstr(kernel->signature, "k") != NULL;
    const intptr_t rows = sums ? number(number(4) ? 6 : 90) : 1;
    const intptr_t k = number(number(3) ? 70 : 1400);
    int core[CLOSEDFORM_OPERANDS];
    array one[CLOSEDFORM_OPERANDS], two[CLOSEDFORM_OPERANDS];
    char *args[CLOSEDFORM_OPERANDS], *others[CLOSEDFORM_OPERANDS];
    intptr_t steps[2 * CLOSEDFORM_OPERANDS], contiguous[2 * CLOSEDFORM_OPERANDS];
    const char *place = kernel->signature;
    int cores = 0, wrong = 0;
    for (int i = 0; i < operands; ++i) {
        place = strchr(place, '(') + 1;
        core[i] = *place == 'k' || !sums;
        const intptr_t length = core[i] ? k : 1;
        one[i] = allocate(rows, length, size, 1, i < kernel->inputs);
        two[i] = allocate(rows, length, size, 0, i < kernel->inputs);
        for (intptr_t row = 0; row < rows; ++row) {
            for (intptr_t j = 0; j < length; ++j) {
                const double x = value(wild);
                if (size == 4) {
                    *(float *)at(one[i], row, j) = x > 3e38 ? 3e38f : x < -3e38 ? -3e38f : (float)x;
                } else {
                    *(double *)at(one[i], row, j) = x;
                }
            }
        }
        for (intptr_t row = 0; row < rows; ++row) {
            for (intptr_t j = 0; j < length; ++j) {
                memcpy(at(two[i], row, j), at(one[i], row, j), (size_t)size);
            }
        }
        args[i] = one[i].first;
        others[i] = two[i].first;
        steps[i] = sums ? one[i].outer : one[i].inner;
        contiguous[i] = sums ? two[i].outer : two[i].inner;
    }
    for (int i = 0; i < operands && sums; ++i) {
        if (core[i]) {
            steps[operands + cores] = one[i].inner;
            contiguous[operands + cores] = two[i].inner;
            ++cores;
        }
    }
    const intptr_t dimensions[] = {sums ? rows : k, k};
    (size == 4 ? kernel->f32 : kernel->f64)(args, dimensions, steps, NULL);
    (size == 4 ? kernel->f32 : kernel->f64)(others, dimensions, contiguous, NULL);
    for (int i = 0; i < operands; ++i) {
        const intptr_t length = core[i] ? k : 1;
        for (intptr_t row = 0; row < rows; ++row) {
            for (intptr_t j = 0; j < length; ++j) {
                wrong |= !same(at(one[i], row, j), at(two[i], row, j), size);
            }
        }
        free(one[i].memory);
        free(two[i].memory);
    }
    if (wrong) {
        printf("%s in %s, %ld rows of %ld: the answer depends on the strides\n", kernel->name, size == 4 ? "float" : "double", (long)rows, (long)k);
    }
    return wrong;
}

int main(int count, char **words)
{
    const long rounds = count > 1 ? atol(words[1]) : 1000;
    int wrong = 0;
    state = count > 2 ? (uint64_t)atol(words[2]) : 1;
    for (long i = 0; i < rounds && !wrong; ++i) {
        wrong = once();
    }
    printf("%ld rounds, %s\n", rounds, wrong ? "wrong" : "nothing wrong");
    return wrong;
}
