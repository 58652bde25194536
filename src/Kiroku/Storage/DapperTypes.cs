using System.Data;
using System.Globalization;
using Dapper;
using Npgsql;

namespace Kiroku.Storage;

/// <summary>How values are stored in columns: ids and times as text, truth as 0 or 1, names in snake_case.</summary>
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
            SqlMapper.AddTypeHandler(typeof(DateTime), new TimeHandler());
            SqlMapper.RemoveTypeMap(typeof(Guid));
            SqlMapper.RemoveTypeMap(typeof(Guid?));
            SqlMapper.AddTypeHandler(typeof(Guid), new GuidHandler());
            SqlMapper.RemoveTypeMap(typeof(bool));
            SqlMapper.RemoveTypeMap(typeof(bool?));
            SqlMapper.AddTypeHandler(typeof(bool), new TruthHandler());
            SqlMapper.RemoveTypeMap(typeof(string));
            SqlMapper.AddTypeHandler(typeof(string), new TextHandler());
            registered = true;
        }
    }

    /// <summary>Converts one type of value. PostgreSQL needs the column's type even for a null.</summary>
    private abstract class Handler<T>(DbType type) : SqlMapper.ITypeHandler
    {
        public void SetValue(IDbDataParameter parameter, object value)
        {
            parameter.DbType = type;
            parameter.Value = value is T given ? Write(given, parameter) : DBNull.Value;
        }

        public object? Parse(Type destinationType, object value) => Read(value);

        protected abstract object Write(T value, IDbDataParameter parameter);

        protected abstract T Read(object value);
    }

    private sealed class TimeHandler() : Handler<DateTime>(DbType.String)
    {
        protected override object Write(DateTime value, IDbDataParameter parameter) => Timestamps.Format(value);

        protected override DateTime Read(object value) => Timestamps.Parse((string)value);
    }

    private sealed class GuidHandler() : Handler<Guid>(DbType.String)
    {
        protected override object Write(Guid value, IDbDataParameter parameter) => value.ToString();

        protected override Guid Read(object value) => Guid.Parse((string)value);
    }

    private sealed class TruthHandler() : Handler<bool>(DbType.Int64)
    {
        protected override object Write(bool value, IDbDataParameter parameter) => value ? 1L : 0L;

        protected override bool Read(object value) => Convert.ToInt64(value, CultureInfo.InvariantCulture) != 0;
    }

    private sealed class TextHandler() : Handler<string>(DbType.String)
    {
        protected override object Write(string value, IDbDataParameter parameter)
            => parameter is NpgsqlParameter ? PostgresText.Of(value) : value;

        protected override string Read(object value) => (string)value;
    }
}
