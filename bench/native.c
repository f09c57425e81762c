// The kernels of native.jl in C, as one would write them: what native code is compared with.
// Prints a line `name result nanoseconds` for each, the best of five runs.

#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

typedef int64_t Int;

__attribute__((noinline)) static Int fib(Int n) { return n < 2 ? n : fib(n - 1) + fib(n - 2); }

struct body {
    double x, y, z, vx, vy, vz, mass;
};

static void advance(struct body **bodies, Int n, double dt)
{
    for (Int i = 0; i < n; i++) {
        struct body *b = bodies[i];
        for (Int j = i + 1; j < n; j++) {
            struct body *c = bodies[j];
            double dx = b->x - c->x, dy = b->y - c->y, dz = b->z - c->z;
            double d2 = dx * dx + dy * dy + dz * dz;
            double mag = dt / (d2 * sqrt(d2));
            b->vx -= dx * c->mass * mag;
            b->vy -= dy * c->mass * mag;
            b->vz -= dz * c->mass * mag;
            c->vx += dx * b->mass * mag;
            c->vy += dy * b->mass * mag;
            c->vz += dz * b->mass * mag;
        }
    }
    for (Int i = 0; i < n; i++) {
        struct body *b = bodies[i];
        b->x += dt * b->vx;
        b->y += dt * b->vy;
        b->z += dt * b->vz;
    }
}

static Int nbody(Int steps)
{
    struct body system[5] = {{0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 39.5},
                             {4.84, -1.16, -0.10, 0.606, 2.81, -0.02, 0.037},
                             {8.34, 4.12, -0.4, -1.01, 1.82, 0.008, 0.011},
                             {12.89, -15.11, -0.22, 1.08, 0.868, -0.01, 0.0017},
                             {15.37, -25.9, 0.179, 0.979, 0.594, -0.034, 0.002}};
    struct body *bodies[5];
    for (int i = 0; i < 5; i++) {
        bodies[i] = malloc(sizeof(struct body));
        *bodies[i] = system[i];
    }
    for (Int i = 0; i < steps; i++) advance(bodies, 5, 0.01);
    Int result = (Int)(1e9 * bodies[0]->x);
    for (int i = 0; i < 5; i++) free(bodies[i]);
    return result;
}

static Int sieve(Int n)
{
    uint8_t *prime = malloc(n + 1);
    memset(prime, 1, n + 1);
    prime[1] = 0;
    for (Int i = 2; i * i <= n; i++)
        if (prime[i])
            for (Int j = i * i; j <= n; j += i) prime[j] = 0;
    Int count = 0;
    for (Int i = 1; i <= n; i++) count += prime[i];
    free(prime);
    return count;
}

static Int iterations(double cx, double cy, Int limit)
{
    double x = 0, y = 0;
    for (Int n = 0; n < limit; n++) {
        double x2 = x * x, y2 = y * y;
        if (x2 + y2 > 4.0) return n;
        y = 2.0 * x * y + cy;
        x = x2 - y2 + cx;
    }
    return limit;
}

static Int mandelbrot(Int size)
{
    Int total = 0;
    for (Int row = 0; row < size; row++)
        for (Int column = 0; column < size; column++)
            total += iterations(-2.0 + 3.0 * column / size, -1.5 + 3.0 * row / size, 200);
    return total;
}

static Int matmul(Int n)
{
    double *a = malloc(n * n * sizeof(double)), *b = malloc(n * n * sizeof(double)), *c = calloc(n * n, sizeof(double));
    for (Int j = 1; j <= n; j++)
        for (Int i = 1; i <= n; i++) {
            a[i - 1 + (j - 1) * n] = (i * j) % 7;
            b[i - 1 + (j - 1) * n] = (i + 2 * j) % 5;
        }
    for (Int j = 0; j < n; j++)
        for (Int k = 0; k < n; k++) {
            double x = b[k + j * n];
            for (Int i = 0; i < n; i++) c[i + j * n] += a[i + k * n] * x;
        }
    double s = 0;
    for (Int i = 0; i < n * n; i++) s += c[i];
    free(a), free(b), free(c);
    return (Int)s;
}

static void quicksort(Int *v, Int low, Int high)
{
    while (low < high) {
        Int pivot = v[(low + high) >> 1], i = low, j = high;
        while (i <= j) {
            while (v[i] < pivot) i++;
            while (v[j] > pivot) j--;
            if (i <= j) {
                Int x = v[i];
                v[i++] = v[j];
                v[j--] = x;
            }
        }
        quicksort(v, low, j);
        low = i;
    }
}

static Int sorting(Int n)
{
    Int *v = malloc(n * sizeof(Int)), state = 42;
    for (Int i = 0; i < n; i++) v[i] = state = (state * 1103515245 + 12345) & 0x7fffffff;
    quicksort(v, 0, n - 1);
    Int result = v[(n >> 1) - 1];
    free(v);
    return result;
}

static Int hashing(Int n)
{
    static const char text[] = "The quick brown fox. ";
    size_t part = sizeof text - 1, length = part * n;
    char *s = malloc(length);
    for (Int i = 0; i < n; i++) memcpy(s + i * part, text, part);
    uint32_t h = 0x811c9dc5;
    for (size_t i = 0; i < length; i++) h = (h ^ (uint8_t)s[i]) * 0x01000193;
    free(s);
    return h;
}

static uint64_t mix(uint64_t x)
{
    x = (x ^ (x >> 32)) * 0x63652a4cd374b267;
    return x ^ (x >> 33);
}

static Int counting(Int n)
{
    Int size = 16, used = 0, state = 7, *keys = malloc(size * 8), *values = malloc(size * 8);
    uint8_t *full = calloc(size, 1);
    for (Int i = 0; i < n; i++) {
        state = (state * 1103515245 + 12345) & 0x7fffffff;
        Int key = (state >> 8) % 5000, at = mix(key) & (size - 1);
        while (full[at] && keys[at] != key) at = (at + 1) & (size - 1);
        if (full[at]) {
            values[at]++;
            continue;
        }
        full[at] = 1, keys[at] = key, values[at] = 1;
        if (++used * 3 < size * 2) continue;
        Int larger = size * 4, *k = malloc(larger * 8), *v = malloc(larger * 8);
        uint8_t *f = calloc(larger, 1);
        for (Int j = 0; j < size; j++) {
            if (!full[j]) continue;
            Int to = mix(keys[j]) & (larger - 1);
            while (f[to]) to = (to + 1) & (larger - 1);
            f[to] = 1, k[to] = keys[j], v[to] = values[j];
        }
        free(keys), free(values), free(full);
        keys = k, values = v, full = f, size = larger;
    }
    Int best = 0;
    for (Int i = 0; i < size; i++)
        if (full[i] && values[i] > best) best = values[i];
    free(keys), free(values), free(full);
    return best * 10000 + used;
}

struct node {
    struct node *left, *right;
};

static struct node *tree(Int depth)
{
    struct node *node = malloc(sizeof *node);
    node->left = depth == 0 ? NULL : tree(depth - 1);
    node->right = depth == 0 ? NULL : tree(depth - 1);
    return node;
}

static Int weight(const struct node *node)
{
    return node->left == NULL || node->right == NULL ? 1 : 1 + weight(node->left) + weight(node->right);
}

static void drop(struct node *node)
{
    if (node == NULL) return;
    drop(node->left);
    drop(node->right);
    free(node);
}

static Int trees(Int depth)
{
    struct node *root = tree(depth);
    Int result = weight(root);
    drop(root);
    return result;
}

static void measure(Int (*f)(Int), const char *name, Int n)
{
    Int best = INT64_MAX, result = 0;
    for (int run = 0; run < 5; run++) {
        struct timespec start, end;
        clock_gettime(CLOCK_MONOTONIC, &start);
        // The compiler must not know which function this is, or it computes results only once.
        Int (*volatile unknown)(Int) = f;
        result = unknown(n);
        clock_gettime(CLOCK_MONOTONIC, &end);
        Int time = (end.tv_sec - start.tv_sec) * 1000000000 + end.tv_nsec - start.tv_nsec;
        if (time < best) best = time;
    }
    printf("%s %lld %lld\n", name, (long long)result, (long long)best);
}

int main(int argc, char **argv)
{
    Int scale = argc > 1 ? atoll(argv[1]) : 100;
    measure(fib, "fib", scale == 1 ? 10 : 32);
    measure(nbody, "nbody", 500 * scale);
    measure(sieve, "sieve", 20000 * scale);
    measure(mandelbrot, "mandelbrot", 4 * scale);
    measure(matmul, "matmul", scale == 1 ? 10 : 300);
    measure(sorting, "sorting", 5000 * scale);
    measure(hashing, "hashing", 500 * scale);
    measure(counting, "counting", 5000 * scale);
    measure(trees, "trees", scale == 1 ? 4 : 16);
}
