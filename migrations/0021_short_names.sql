-- A slip of the finger in a short name of a street leaves nothing of its trigrams:
-- Hrki for Heki. Its short words are found by what is left of them with a letter
-- less, as premise.Shortened says; the kinds of street are in every name.
create function shortened(folded text) returns text[] language sql immutable strict parallel safe as $$
    select coalesce(array_agg(distinct left(word, n) || substr(word, n + 2)), '{}')
    from regexp_split_to_table(folded, ' ') word cross join generate_series(0, length(word)) n
    where length(word) between 3 and 6
      and word not in ('tee', 'mnt', 'pst', 'poik', 'ave', 'blvd', 'cir', 'pkwy', 'hwy', 'trl', 'ter', 'expy', 'cswy')
$$;
create index street_name_short on street_name using gin (shortened(folded));
