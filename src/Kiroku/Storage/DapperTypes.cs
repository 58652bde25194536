using System.Data;
using System.Globalization;
using Dapper;
using Npgsql;

namespace Kiroku.Storage;

/// <summary>How values stand in columns: ids and times as text, truth as 0 or 1, columns in snake_case.</summary>
internal static class DapperTypes
{
    private static readonly Lock Gate = new();
    private static bool registered;

    public static void Register()
    {
        lock (Gate)
        {
            if (registered)
                return;
            DefaultTypeMap.MatchNamesWithUnderscores = true;
            SqlMapper.RemoveTypeMap(typeof(DateTime));
            SqlMapper.RemoveTypeMap(typeof(DateTime?));
            SqlMapper.AddTypeHandler(new TimeHandler());
            SqlMapper.RemoveTypeMap(typeof(Guid));
            SqlMapper.RemoveTypeMap(typeof(Guid?));
            SqlMapper.AddTypeHandler(new GuidHandler());
            SqlMapper.RemoveTypeMap(typeof(bool));
            SqlMapper.RemoveTypeMap(typeof(bool?));
            SqlMapper.AddTypeHandler(new TruthHandler());
            SqlMapper.RemoveTypeMap(typeof(string));
            SqlMapper.AddTypeHandler(new TextHandler());
            registered = true;
        }
    }

    private sealed class TimeHandler : SqlMapper.TypeHandler<DateTime>
    {
        public override DateTime Parse(object value) => Timestamps.Parse((string)value);

        public override void SetValue(IDbDataParameter parameter, DateTime value)
        {
            parameter.DbType = DbType.String;
            parameter.Value = Timestamps.Format(value);
        }
    }

    private sealed class GuidHandler : SqlMapper.TypeHandler<Guid>
    {
        public override Guid Parse(object value) => Guid.Parse((string)value);

        public override void SetValue(IDbDataParameter parameter, Guid value)
        {
            parameter.DbType = DbType.String;
            parameter.Value = value.ToString();
        }
    }

    private sealed class TruthHandler : SqlMapper.TypeHandler<bool>
    {
        public override bool Parse(object value) => Convert.ToInt64(value, CultureInfo.InvariantCulture) != 0;

        public override void SetValue(IDbDataParameter parameter, bool value)
        {
            parameter.DbType = DbType.Int64;
            parameter.Value = value ? 1L : 0L;
        }
    }

    /// <summary>PostgreSQL has no place for U+0000 in a text: there its picture stands for it.</summary>
    private sealed class TextHandler : SqlMapper.TypeHandler<string>
    {
        public override string? Parse(object value) => value as string;

        public override void SetValue(IDbDataParameter parameter, string? value)
        {
            parameter.DbType = DbType.String;
            parameter.Value = parameter is NpgsqlParameter ? value?.Replace('\0', '\u2400') : value;
        }
    }
}
