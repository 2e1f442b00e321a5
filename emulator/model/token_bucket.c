#include "model/token_bucket.h"

#define MICROSECONDS_PER_SECOND 1e6

bool token_bucket_take(struct token_bucket *bucket, const struct token_rate *rate, int64_t now)
{
    double seconds = (double)(now - bucket->taken_at) / MICROSECONDS_PER_SECOND;
    double back    = seconds > 0 ? seconds * rate->per_second : 0;

    bucket->taken    = back < bucket->taken ? bucket->taken - back : 0;
    bucket->taken_at = now;
    if (bucket->taken + 1 > rate->burst)
        return false;
    bucket->taken++;
    return true;
}
