// Tables of other systems, with the columns of their own schemas that identify a user.

/** RuoYi's sys_user, sys_role and sys_user_role, with the openid column that mini programs add. */
export const RUOYI_TABLES: readonly string[] = [
  `create table sys_user (
    user_id bigint(20) not null auto_increment primary key, dept_id bigint(20), user_name varchar(30) not null,
    phonenumber varchar(11) default '', password varchar(100) default '', status char(1) default '0',
    del_flag char(1) default '0', openid varchar(64), unionid varchar(64))`,
  `create table sys_role (
    role_id bigint(20) not null auto_increment primary key, role_name varchar(30) not null, role_key varchar(100) not null,
    status char(1) not null, del_flag char(1) default '0')`,
  "create table sys_user_role (user_id bigint(20) not null, role_id bigint(20) not null, primary key (user_id, role_id))",
];

const TAIL = "deleted bit(1) not null default b'0', tenant_id bigint not null default 0";

/** yudao's tables of users and of what they have bound. */
export const YUDAO_TABLES: readonly string[] = [
  `create table member_user (
    id bigint not null auto_increment primary key, mobile varchar(11), password varchar(100) not null default '',
    status tinyint not null, nickname varchar(30) not null default '', ${TAIL})`,
  `create table system_users (
    id bigint not null auto_increment primary key, username varchar(30) not null, password varchar(100) not null default '',
    mobile varchar(11) default '', status tinyint not null default 0, ${TAIL})`,
  `create table system_role (
    id bigint not null auto_increment primary key, name varchar(30) not null, code varchar(100) not null,
    status tinyint not null, ${TAIL})`,
  `create table system_user_role (
    id bigint not null auto_increment primary key, user_id bigint not null, role_id bigint not null, ${TAIL})`,
  `create table system_social_user (
    id bigint unsigned not null auto_increment primary key, type tinyint not null, openid varchar(32) not null,
    token varchar(256), raw_token_info varchar(1024) not null, nickname varchar(32) not null,
    raw_user_info varchar(1024) not null, code varchar(256) not null, state varchar(256), ${TAIL})`,
  `create table system_social_user_bind (
    id bigint unsigned not null auto_increment primary key, user_id bigint not null, user_type tinyint not null,
    social_type tinyint not null, social_user_id bigint not null, ${TAIL})`,
];
