with
populations as (
    select * from {{ ref('populations') }}
),

summary_subsets as (
    select * from {{ ref('summary_subsets') }}
    where mart = 'table_one'
),

table_one_levels as (
    select * from {{ ref('table_one_levels') }}
),

patients_grouped as (
    select * from {{ ref('subset_members') }}
    where response_window = 'any'
),

member_profiles as (
    select * from {{ ref('member_profiles') }}
),

characteristics as (
    select * from {{ ref('table_one_values') }}
),

-- A population has the subsets and levels of its disease group, if with no patient.
cells_listed as (
    select
        populations.population,
        summary_subsets.subset,
        table_one_levels.variable,
        table_one_levels.level,
        table_one_levels.kind
    from populations
    cross join summary_subsets
    cross join table_one_levels
    where
        coalesce(populations.disease_group = summary_subsets.disease_group, true)
        and coalesce(populations.disease_group = table_one_levels.disease_group, true)
),

patients_summarised as (
    select
        patients_grouped.population,
        patients_grouped.subset,
        patients_grouped.patient_id
    from patients_grouped
    inner join summary_subsets on patients_grouped.subset = summary_subsets.subset
),

-- Who is in the same groups is counted once: there are many rows per patient.
values_of_profiles as (
    select
        member_profiles.representative_id,
        characteristics.variable,
        characteristics.level,
        characteristics.quantity,
        count(*) as n_patients
    from characteristics
    inner join member_profiles
        on characteristics.patient_id = member_profiles.patient_id
    group by
        member_profiles.representative_id,
        characteristics.variable,
        characteristics.level,
        characteristics.quantity
),

values_counted as (
    select
        patients_summarised.population,
        patients_summarised.subset,
        values_of_profiles.variable,
        values_of_profiles.level,
        values_of_profiles.quantity,
        cast(sum(values_of_profiles.n_patients) as bigint) as n_patients
    from patients_summarised
    inner join values_of_profiles
        on patients_summarised.patient_id = values_of_profiles.representative_id
    group by
        patients_summarised.population,
        patients_summarised.subset,
        values_of_profiles.variable,
        values_of_profiles.level,
        values_of_profiles.quantity
),

levels_counted as (
    select
        population,
        subset,
        variable,
        level,
        cast(sum(n_patients) as bigint) as n_patients
    from values_counted
    group by population, subset, variable, level
),

quantities_counted as (
    select
        population,
        subset,
        variable,
        quantity,
        cast(sum(n_patients) as bigint) as n_patients
    from values_counted
    where quantity is not null
    group by population, subset, variable, quantity
),

-- Ranks over the distinct values, and not over the patients: these may be a million.
quantities_ranked as (
    select
        population,
        subset,
        variable,
        quantity,
        sum(n_patients) over (
            partition by population, subset, variable order by quantity
        ) as last_rank,
        sum(n_patients) over (partition by population, subset, variable) as n
    from quantities_counted
),

quantities_measured as (
    select
        population,
        subset,
        variable,
        {{ quantile_type_2('quantity', 'last_rank', 'n', 0.5) }} as median,
        {{ quantile_type_2('quantity', 'last_rank', 'n', 0.25) }} as iqr_low,
        {{ quantile_type_2('quantity', 'last_rank', 'n', 0.75) }} as iqr_high,
        min(quantity) as minimum,
        max(quantity) as maximum
    from quantities_ranked
    group by population, subset, variable
),

-- A patient with several sites is one patient.
patients_described as (
    select
        patient_id,
        variable,
        max(case when level <> 'unknown' then 1 else 0 end) as is_known
    from characteristics
    group by patient_id, variable
),

described_of_profiles as (
    select
        member_profiles.representative_id,
        patients_described.variable,
        count(*) as n_patients,
        cast(sum(patients_described.is_known) as bigint) as n_known
    from patients_described
    inner join member_profiles
        on patients_described.patient_id = member_profiles.patient_id
    group by member_profiles.representative_id, patients_described.variable
),

variables_counted as (
    select
        patients_summarised.population,
        patients_summarised.subset,
        described_of_profiles.variable,
        cast(sum(described_of_profiles.n_patients) as bigint) as n_patients,
        cast(sum(described_of_profiles.n_known) as bigint) as n_known
    from patients_summarised
    inner join described_of_profiles
        on patients_summarised.patient_id = described_of_profiles.representative_id
    group by
        patients_summarised.population,
        patients_summarised.subset,
        described_of_profiles.variable
),

-- The unknown are told of all; every other share is of the known.
cells_measured as (
    select
        cells_listed.population,
        cells_listed.subset,
        cells_listed.variable,
        cells_listed.level,
        cells_listed.kind,
        coalesce(levels_counted.n_patients, 0) as numerator,
        coalesce(
            case
                when cells_listed.level = 'unknown' then variables_counted.n_patients
                else variables_counted.n_known
            end,
            0
        ) as denominator,
        quantities_measured.median,
        quantities_measured.iqr_low,
        quantities_measured.iqr_high,
        quantities_measured.minimum,
        quantities_measured.maximum
    from cells_listed
    left join levels_counted
        on
            cells_listed.population = levels_counted.population
            and cells_listed.subset = levels_counted.subset
            and cells_listed.variable = levels_counted.variable
            and cells_listed.level = levels_counted.level
    left join quantities_measured
        on
            cells_listed.population = quantities_measured.population
            and cells_listed.subset = quantities_measured.subset
            and cells_listed.variable = quantities_measured.variable
    left join variables_counted
        on
            cells_listed.population = variables_counted.population
            and cells_listed.subset = variables_counted.subset
            and cells_listed.variable = variables_counted.variable
),

statistics_listed as (
    {%- for statistic, kind, value in [
        ('count', 'category', 'numerator'),
        ('percent', 'category', ratio('100 * numerator', 'denominator')),
        ('median', 'quantity', 'median'),
        ('iqr_low', 'quantity', 'iqr_low'),
        ('iqr_high', 'quantity', 'iqr_high'),
        ('min', 'quantity', 'minimum'),
        ('max', 'quantity', 'maximum'),
    ] %}
    select
        population,
        subset,
        variable,
        level,
        '{{ statistic }}' as statistic,
        cast({{ value }} as double) as value,
        {{ 'numerator' if kind == 'category' else 'cast(null as bigint)' }}
            as numerator,
        denominator
    from cells_measured
    where kind = '{{ kind }}'
    {%- if statistic == 'percent' %} and level <> 'unknown'{% endif %}
    {{- '\n    union all' if not loop.last }}
    {%- endfor %}
)

select * from statistics_listed
