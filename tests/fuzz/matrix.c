/* Calls every kernel of matrices with random sizes, strides and values, a few of them far outside of every domain, and holds the results to
   what is promised of each element whatever its neighbours are: where its numbers are ordinary they are finite, and the same bits as in a
   batch of nothing but this element in contiguous arrays. Alone it may be computed in another way, and agrees up to rounding. Nothing but
   the results is written. Compiled with the address and undefined-behaviour sanitizers, which end the program where memory that is not an
   operand's is touched. Usage: matrix ROUNDS SEED; nothing is printed but the last line. */
#include "matrix.h"

#include <fenv.h>
#include <float.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

extern const closedform_kernel closedform_matrices[CLOSEDFORM_MATRICES];

/* Up to this k an element alone is computed as in a batch, and always where the rank is low. */
#define ONE_WAY 8

enum { BATCH, ROW, COLUMN, AXES };

/* An argument or a result: all its numbers one after another, and the same spread over memory as the kernel finds them. */
typedef struct {
    int axes; /* of one element: none, rows, or rows and columns */
    intptr_t extent[AXES];
    intptr_t step[AXES]; /* in bytes */
    intptr_t entries;    /* of one element */
    char *plain;
    char *memory;
    char *first;
    size_t bytes;
} operand;

typedef struct {
    const closedform_kernel *kernel;
    int operands;
    intptr_t size; /* of a number: 4 or 8 */
    intptr_t dimensions[4]; /* elements, k, r, s */
    int factors;            /* of which nothing is read above the diagonal */
    int low_rank;
    operand of[CLOSEDFORM_OPERANDS];
} call;

/* What one element of the arguments holds. */
typedef struct {
    int ordinary;
    int outside;  /* of the domain, whatever else it holds */
    int equal;    /* Is it twice the same law? */
    int infinite; /* Has a mean an infinite entry? */
} nature;

static uint64_t state;

static uint32_t number(uint32_t below)
{
    state = state * 6364136223846793005u + 1442695040888963407u;
    return (uint32_t)(state >> 33) % below;
}

static double get(const call *c, const char *at)
{
    return c->size == 4 ? (double)*(const float *)at : *(const double *)at;
}

static void set(const call *c, char *at, double x)
{
    if (c->size == 4) {
        *(float *)at = (float)(isfinite(x) ? fmax(-FLT_MAX, fmin(x, FLT_MAX)) : x);
    } else {
        *(double *)at = x;
    }
}

/* ---- a BLAS for the kernels that are given one: of ?trsm what they may ask for, X A = B or X A^T = B with A upper triangular */

#define TRSM(name, real) \
    static void name(char *side, char *uplo, char *turned, char *unit, int *m, int *n, real *alpha, real *A, int *lda, real *B, int *ldb) \
    { \
        if (*side != 'R' || *uplo != 'U' || *unit != 'N' || *alpha != 1) { \
            abort(); \
        } \
        const int back = *turned == 'T'; \
        for (int done = 0; done < *n; ++done) { \
            const int j = back ? *n - 1 - done : done; \
            for (int i = 0; i < *m; ++i) { \
                real *row = B + i, sum = row[(size_t)j * (size_t)*ldb]; \
                for (int l = back ? j + 1 : 0; l < (back ? *n : j); ++l) { \
                    const real *entry = back ? A + j + (size_t)l * (size_t)*lda : A + l + (size_t)j * (size_t)*lda; \
                    sum -= row[(size_t)l * (size_t)*ldb] * *entry; \
                } \
                row[(size_t)j * (size_t)*ldb] = sum / A[j + (size_t)j * (size_t)*lda]; \
            } \
        } \
    }

TRSM(trsm, double)
TRSM(trsm_f32, float)

/* ---- what is drawn */

/* Small k more often than large ones, and many elements only of those. */
static call draw_call(void)
{
    call c = { .kernel = &closedform_matrices[number(CLOSEDFORM_MATRICES)], .size = number(2) ? 4 : 8 };
    const intptr_t k = number(3) ? number(13) : number(4) ? number(41) : number(131);
    c.operands = c.kernel->inputs + c.kernel->outputs;
    c.factors = strstr(c.kernel->name, "chol") != NULL;
    c.low_rank = strstr(c.kernel->name, "lowrank") != NULL;
    c.dimensions[0] = number(k <= 12 ? 40 : number(4) ? 4 : 20);
    c.dimensions[1] = k;
    c.dimensions[2] = number(number(8) ? 6 : 20);
    c.dimensions[3] = number(number(8) ? 6 : 20);
    const char *place = c.kernel->signature;
    for (int i = 0; i < c.operands; ++i) {
        operand *o = &c.of[i];
        *o = (operand){ .extent = {c.dimensions[0], 1, 1} };
        for (place = strchr(place, '(') + 1; *place != ')'; ++place) {
            if (*place != ',') {
                o->extent[++o->axes] = c.dimensions[*place == 'k' ? 1 : *place == 'r' ? 2 : 3];
            }
        }
        o->entries = o->extent[ROW] * o->extent[COLUMN];
        o->plain = malloc((size_t)(o->extent[BATCH] * o->entries * c.size));
    }
    return c;
}

static int is_square(const call *c, int i)
{
    return c->of[i].axes == 2 && !c->low_rank;
}

/* What has to be positive: a diagonal, or where the rank is low the last column of a law. */
static int is_positive(const call *c, int i, intptr_t row, intptr_t column)
{
    return is_square(c, i) ? row == column : c->low_rank && i % 3 == 2;
}

static int is_read(const call *c, int i, intptr_t row, intptr_t column)
{
    return !(is_square(c, i) && c->factors && column > row);
}

static char *at(const call *c, int i, intptr_t element, intptr_t row, intptr_t column)
{
    const operand *o = &c->of[i];
    return o->plain + ((element * o->extent[ROW] + row) * o->extent[COLUMN] + column) * c->size;
}

/* With such diagonals, and so little beside them, matrices of every k that is drawn are positive definite and well conditioned. */
static double ordinary_value(int positive)
{
    return positive ? 2 + 0.001 * number(1000) : 0.0002 * ((int)number(1000) - 500);
}

static double bad_value(void)
{
    static const double bad[] = {NAN, INFINITY, -INFINITY, -1.0, 0.0, -0.0, 1e-310, 5e-324, 1e-40, 1e308, -1e308, 3e38, 1e19, -1e154};
    return bad[number(sizeof bad / sizeof *bad)];
}

/* One argument of one element. A number of the second law may be that of the first, exactly or nearly. */
static void draw_values(const call *c, int i, intptr_t element, double apart)
{
    const int each = c->kernel->inputs / 2;
    const operand *o = &c->of[i];
    const int follows = apart < 1 && i >= each && o->extent[COLUMN] == c->of[i - each].extent[COLUMN];
    for (intptr_t row = 0; row < o->extent[ROW]; ++row) {
        for (intptr_t column = 0; column < o->extent[COLUMN]; ++column) {
            char *const to = at(c, i, element, row, column);
            if (!is_read(c, i, row, column)) {
                set(c, to, NAN);
            } else if (is_square(c, i) && column > row) {
                continue; /* it comes from below the diagonal */
            } else {
                const double drawn = ordinary_value(is_positive(c, i, row, column));
                set(c, to, follows ? get(c, at(c, i - each, element, row, column)) + apart * drawn : drawn);
            }
            if (is_square(c, i) && !c->factors) {
                memcpy(at(c, i, element, column, row), to, (size_t)c->size);
            }
        }
    }
}

/* Neighbours differ in how far apart their two laws are. */
static void draw_arguments(const call *c)
{
    for (intptr_t element = 0; element < c->dimensions[0]; ++element) {
        const double apart = c->kernel->inputs == 2 || number(3) == 0 ? 1 : number(2) ? 1e-6 : 0;
        for (int i = 0; i < c->kernel->inputs; ++i) {
            draw_values(c, i, element, apart);
        }
    }
}

static void draw_bad_values(const call *c)
{
    for (uint32_t left = number(3) ? 0 : 1 + number(3); left > 0; --left) {
        const int i = (int)number((uint32_t)c->kernel->inputs);
        const operand *o = &c->of[i];
        if (o->extent[BATCH] > 0 && o->entries > 0) {
            const intptr_t row = number((uint32_t)o->extent[ROW]), column = number(3) ? number((uint32_t)o->extent[COLUMN]) : row;
            if (column < o->extent[COLUMN]) {
                set(c, at(c, i, number((uint32_t)o->extent[BATCH]), row, column), bad_value());
            }
        }
    }
}

/* ---- the same numbers in memory as arrays of NumPy may have them: any axis first, with gaps, backwards, or one number for a whole axis */

static void spread(const call *c, operand *o, int is_input)
{
    static const int orders[][AXES] = {{COLUMN, ROW, BATCH}, {ROW, COLUMN, BATCH}, {BATCH, COLUMN, ROW}, {ROW, BATCH, COLUMN}};
    const int *order = orders[number(2) ? 0 : number(4)];
    const int gaps = number(2) == 0, backwards = number(4) == 0;
    intptr_t span = c->size, before = 0;
    int empty = 0;
    for (int place = 0; place < AXES; ++place) {
        const int axis = order[place], is_one = is_input && number(6) == 0 && (axis == BATCH || (axis == ROW && o->axes == 1));
        const intptr_t steps = o->extent[axis] > 0 ? o->extent[axis] - 1 : 0;
        const intptr_t step = is_one ? 0 : span + (gaps && axis <= o->axes ? c->size * (intptr_t)number(3) : 0);
        o->step[axis] = backwards && number(2) ? -step : step;
        before += o->step[axis] < 0 ? steps * step : 0;
        span += steps * step;
        empty |= o->extent[axis] == 0;
    }
    o->bytes = empty ? 0 : (size_t)span;
    o->memory = malloc(o->bytes);
    o->first = o->memory + (empty ? 0 : before);
    memset(o->memory, 0xa5, o->bytes);
}

/* From where the numbers stand one after another to where they are spread, or back, or only a fixed byte to there. */
typedef enum { TO_MEMORY, TO_PLAIN, FORGET } direction;

static void move(const call *c, const operand *o, direction to)
{
    char *plain = o->plain;
    for (intptr_t element = 0; element < o->extent[BATCH]; ++element) {
        for (intptr_t row = 0; row < o->extent[ROW]; ++row) {
            for (intptr_t column = 0; column < o->extent[COLUMN]; ++column, plain += c->size) {
                char *there = o->first + element * o->step[BATCH] + row * o->step[ROW] + column * o->step[COLUMN];
                if (to == FORGET) {
                    memset(there, 0xa5, (size_t)c->size);
                } else {
                    memcpy(to == TO_PLAIN ? plain : there, to == TO_PLAIN ? there : plain, (size_t)c->size);
                }
            }
        }
    }
}

/* An array whose batch is one number holds the last element, again and again. */
static void lay_out(call *c)
{
    for (int i = 0; i < c->operands; ++i) {
        spread(c, &c->of[i], i < c->kernel->inputs);
        if (i < c->kernel->inputs) {
            move(c, &c->of[i], TO_MEMORY);
            move(c, &c->of[i], TO_PLAIN);
        }
    }
}

/* ---- the calls */

static void run(const call *c, intptr_t count, char **args, const intptr_t *batch, intptr_t inner[][AXES])
{
    const intptr_t dimensions[] = {count, c->dimensions[1], c->dimensions[2], c->dimensions[3]};
    intptr_t steps[3 * CLOSEDFORM_OPERANDS];
    int cores = c->operands;
    for (int i = 0; i < c->operands; ++i) {
        steps[i] = batch[i];
        for (int axis = ROW; axis <= c->of[i].axes; ++axis) {
            steps[cores++] = inner[i][axis];
        }
    }
    (c->size == 4 ? c->kernel->f32 : c->kernel->f64)(args, dimensions, steps, NULL);
}

/* The results, and whether anything else was written. */
static int writes_only_results(call *c)
{
    char *args[CLOSEDFORM_OPERANDS], *before[CLOSEDFORM_OPERANDS];
    intptr_t batch[CLOSEDFORM_OPERANDS], inner[CLOSEDFORM_OPERANDS][AXES];
    int only = 1;
    for (int i = 0; i < c->operands; ++i) {
        const operand *o = &c->of[i];
        before[i] = malloc(o->bytes);
        memcpy(before[i], o->memory, o->bytes);
        args[i] = o->first;
        batch[i] = o->step[BATCH];
        memcpy(inner[i], o->step, sizeof inner[i]);
    }
    run(c, c->dimensions[0], args, batch, inner);
    for (int i = 0; i < c->operands; ++i) {
        if (i >= c->kernel->inputs) {
            move(c, &c->of[i], TO_PLAIN);
            move(c, &c->of[i], FORGET);
        }
        only &= memcmp(before[i], c->of[i].memory, c->of[i].bytes) == 0;
        free(before[i]);
    }
    return only;
}

/* All entries of a result: the same bits, or with a tolerance nearly the same, measured by the largest of them. */
static int agree(const call *c, const char *found, const char *wanted, intptr_t entries, double tolerance)
{
    double largest = 0, gap = 0;
    for (intptr_t e = 0; e < entries; ++e) {
        const double a = get(c, found + e * c->size), b = get(c, wanted + e * c->size);
        if (!tolerance && memcmp(found + e * c->size, wanted + e * c->size, (size_t)c->size) != 0 && !(isnan(a) && isnan(b))) {
            return 0;
        }
        largest = fmax(largest, fabs(b));
        gap = fabs(a - b) <= gap ? gap : fabs(a - b);
    }
    return !tolerance || gap <= tolerance * largest;
}

/* One element in contiguous arrays, so many times: are the results of each those that it had among the others? */
static int agrees_repeated(const call *c, intptr_t element, intptr_t copies, double tolerance)
{
    char *args[CLOSEDFORM_OPERANDS];
    intptr_t batch[CLOSEDFORM_OPERANDS], inner[CLOSEDFORM_OPERANDS][AXES];
    int same = 1;
    for (int i = 0; i < c->operands; ++i) {
        const operand *o = &c->of[i];
        const int is_input = i < c->kernel->inputs;
        args[i] = is_input ? at(c, i, element, 0, 0) : malloc((size_t)(copies * o->entries * c->size));
        batch[i] = is_input ? 0 : o->entries * c->size;
        inner[i][ROW] = o->extent[COLUMN] * c->size;
        inner[i][COLUMN] = c->size;
    }
    run(c, copies, args, batch, inner);
    for (int i = c->kernel->inputs; i < c->operands; ++i) {
        for (intptr_t copy = 0; copy < copies; ++copy) {
            same &= agree(c, args[i] + copy * batch[i], at(c, i, element, 0, 0), c->of[i].entries, tolerance);
        }
        free(args[i]);
    }
    return same;
}

/* ---- what is promised */

static nature nature_of(const call *c, intptr_t element)
{
    const int inputs = c->kernel->inputs;
    nature is = { .ordinary = 1, .equal = inputs > 2 };
    for (int i = 0; i < inputs; ++i) {
        const operand *o = &c->of[i];
        for (intptr_t row = 0; row < o->extent[ROW]; ++row) {
            for (intptr_t column = 0; column < o->extent[COLUMN]; ++column) {
                const double x = get(c, at(c, i, element, row, column));
                const int positive = is_positive(c, i, row, column);
                is.infinite |= o->axes == 1 && isinf(x);
                if (is_read(c, i, row, column)) {
                    is.outside |= isnan(x) || (positive && x < 0);
                    is.ordinary &= positive ? x > 1.9 && x < 3.5 : fabs(x) < 0.2 && (x == 0 || fabs(x) > 1e-9);
                    is.ordinary &= !is_square(c, i) || c->factors || x == get(c, at(c, i, element, column, row));
                }
            }
        }
        if (i >= inputs / 2 && is.equal) {
            const operand *first = &c->of[i - inputs / 2];
            is.equal = o->entries == first->entries &&
                       memcmp(at(c, i, element, 0, 0), at(c, i - inputs / 2, element, 0, 0), (size_t)(o->entries * c->size)) == 0;
        }
    }
    return is;
}

/* Gradients are finite with ordinary numbers, and NaN where the value is not finite; symmetric or triangular to the last bit. */
static const char *wrong_gradient(const call *c, intptr_t element, int ordinary, double value)
{
    for (int i = c->kernel->inputs + 1; i < c->operands; ++i) {
        for (intptr_t row = 0; row < c->of[i].extent[ROW]; ++row) {
            for (intptr_t column = 0; column < c->of[i].extent[COLUMN]; ++column) {
                const double x = get(c, at(c, i, element, row, column));
                const int above = is_square(c, i) && column > row;
                if (above && c->factors) {
                    if (x != 0) {
                        return "a gradient is not 0 above the diagonal";
                    }
                } else if (ordinary && !isfinite(x)) {
                    return "a gradient of ordinary numbers is not finite";
                } else if (!isfinite(value) && !isnan(x)) {
                    return "a gradient is a number where the value is not finite";
                } else if (above && !agree(c, at(c, i, element, row, column), at(c, i, element, column, row), 1, 0)) {
                    return "a gradient is not symmetric";
                }
            }
        }
    }
    return NULL;
}

static const char *wrong_element(const call *c, intptr_t element)
{
    const nature is = nature_of(c, element);
    const double value = get(c, at(c, c->kernel->inputs, element, 0, 0));
    if (value < 0) {
        return "a value is negative";
    }
    if (is.ordinary && !isfinite(value)) {
        return "a value of ordinary numbers is not finite";
    }
    /* Beside an infinite mean the kernels of matrices that they factor themselves do not tell what those are. */
    const int untold = is.infinite && !c->factors && !c->low_rank;
    if (is.outside && !untold && !isnan(value)) {
        return "there is a value outside of the domain";
    }
    if (is.ordinary && is.equal && value != 0) {
        return "a law and itself diverge";
    }
    return wrong_gradient(c, element, is.ordinary, value);
}

/* NaN among the values is reported as an invalid operation, infinity as a division by zero or as an overflow, and nothing else is. */
static int reports_truly(const call *c, int raised)
{
    int nan = 0, infinite = 0;
    for (intptr_t element = 0; element < c->dimensions[0]; ++element) {
        const double value = get(c, at(c, c->kernel->inputs, element, 0, 0));
        nan |= isnan(value);
        infinite |= isinf(value);
    }
    return nan == !!(raised & FE_INVALID) && infinite == !!(raised & (FE_DIVBYZERO | FE_OVERFLOW));
}

static const char *wrong_call(call *c)
{
    const intptr_t count = c->dimensions[0], k = c->dimensions[1];
    const double unit = c->size == 4 ? FLT_EPSILON : DBL_EPSILON;
    feclearexcept(FE_ALL_EXCEPT);
    if (!writes_only_results(c)) {
        return "something beside the results is written";
    }
    if (!reports_truly(c, fetestexcept(FE_INVALID | FE_DIVBYZERO | FE_OVERFLOW))) {
        return "what is raised does not tell of the values";
    }
    for (intptr_t element = 0; element < count; ++element) {
        const char *wrong = wrong_element(c, element);
        if (wrong != NULL) {
            return wrong;
        }
    }
    const intptr_t one = count > 0 ? number((uint32_t)count) : 0;
    if (count > 0 && !agrees_repeated(c, one, count, 0)) {
        return "an element depends on its neighbours or on the strides";
    }
    const int one_way = k <= ONE_WAY || c->low_rank;
    if (count > 0 && (one_way || nature_of(c, one).ordinary) && !agrees_repeated(c, one, 1, one_way ? 0 : 4 * (double)k * unit)) {
        return "an element alone is another";
    }
    return NULL;
}

static int once(void)
{
    call c = draw_call();
    const int blas = number(2) == 0;
    closedform_use_trsm(blas ? trsm : NULL);
    closedform_use_trsm_f32(blas ? trsm_f32 : NULL);
    draw_arguments(&c);
    draw_bad_values(&c);
    lay_out(&c);
    const char *wrong = wrong_call(&c);
    for (int i = 0; i < c.operands; ++i) {
        free(c.of[i].plain);
        free(c.of[i].memory);
    }
    if (wrong != NULL) {
        printf("%s in %s, %ld of k = %ld, r = %ld, s = %ld: %s\n", c.kernel->name, c.size == 4 ? "float" : "double", (long)c.dimensions[0],
            (long)c.dimensions[1], (long)c.dimensions[2], (long)c.dimensions[3], wrong);
    }
    return wrong != NULL;
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
